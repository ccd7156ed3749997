namespace Mice.Samplers

/// Where an exact value comes from.
[<RequireQualifiedAccess>]
type ExactSource =
    /// All states of the torus.
    | Enumeration
    /// Kaufman's formula for the torus.
    | Kaufman
    /// The transfer matrix of the torus.
    | TransferMatrix
    /// Free fermions on the triangular torus.
    | TriangularTorus

/// Names of sources.
[<RequireQualifiedAccess>]
module ExactSource =
    /// <summary>The name used in files: enumeration, kaufman, transfer_matrix, triangular_torus.</summary>
    /// <param name="source">A source.</param>
    let name (source: ExactSource) : string =
        match source with
        | ExactSource.Enumeration -> "enumeration"
        | ExactSource.Kaufman -> "kaufman"
        | ExactSource.TransferMatrix -> "transfer_matrix"
        | ExactSource.TriangularTorus -> "triangular_torus"

/// Exact averages and their source.
type ExactValue =
    {
        /// Where the averages come from.
        Source: ExactSource
        /// The averages.
        Averages: ThermalAverages
    }

/// The best exact reference for a model.
[<RequireQualifiedAccess>]
module ExactIsing =
    /// Sites up to which all states are enumerated.
    let private enumeratedSites = 16

    /// Limits within which a transfer matrix takes only seconds: the number of rows, and 4^rows·columns operations.
    let private widest = 10

    let private mostOperations = 2e8

    /// The same torus turned so that its longer side lies along the columns; both lattices allow the exchange of rows and columns.
    let private lyingDown (model: IsingModel) =
        { model with
            Rows = min model.Rows model.Columns
            Columns = max model.Rows model.Columns
        }

    let private candidates (model: IsingModel) =
        let lying = lyingDown model

        [
            if IsingModel.sites model <= enumeratedSites then
                ExactSource.Enumeration, (fun () -> Enumeration.averages model)

            if model.Lattice = Lattice.Square && model.Field = 0.0 then
                ExactSource.Kaufman, (fun () -> Kaufman.averages model)

            if model.Lattice = Lattice.Triangular && model.Field = 0.0 then
                ExactSource.TriangularTorus, (fun () -> TriangularTorus.averages model)

            if lying.Rows <= widest && 4.0 ** float lying.Rows * float lying.Columns <= mostOperations then
                ExactSource.TransferMatrix, (fun () -> TransferMatrix.averages lying)
        ]

    /// <summary>Exact averages by the first method that is valid for the model: enumeration (16 sites or fewer), Kaufman's formula (square, no field, even
    /// sides if J &lt; 0), free fermions (triangular, no field), the transfer matrix (10 rows or columns or fewer, where it takes seconds).</summary>
    /// <param name="model">The model.</param>
    /// <returns>None where no method is valid, or the model has faults.</returns>
    let tryFind (model: IsingModel) : ExactValue option =
        if List.isEmpty (IsingModel.faults model) then
            candidates model
            |> List.tryPick (fun (source, compute) ->
                match compute () with
                | Ok averages -> Some { Source = source; Averages = averages }
                | Error _ -> None)
        else
            None
