namespace Mice.Samplers

open Mice

/// <summary>Ising models on narrow tori from Z = Tr T^columns, T the transfer matrix from one column to the next. All results are
/// exact up to rounding, about 1e-12 per site.</summary>
/// <remarks>One vector is carried around the torus for every column state up to rotations, so that the time grows as
/// 4^rows·columns: 10 × 64 sites take about a second. Columns are the long direction.
/// Source: L. Onsager, Phys. Rev. 65, 117 (1944), doi:10.1103/PhysRev.65.117.</remarks>
[<RequireQualifiedAccess>]
module TransferMatrix =
    /// Rows up to which transfer matrices are offered.
    [<Literal>]
    let MostRows = 12

    /// A column state, how many states its rotations make, and ln T^columns(state, state).
    [<Struct>]
    type private Loop =
        {
            State: int
            Rotations: float
            LogWeight: Jet
        }

    /// ⟨a|Tⁿ, normalised, and the logarithm of what it was divided by.
    let private propagate (transfer: ColumnTransfer) (state: int) (columns: int) : struct (JetVector * Jet) =
        let vector = ColumnTransfer.unitVector transfer.Rows state
        let mutable logNorm = Jet.Zero

        for _ in 1..columns do
            ColumnTransfer.apply transfer vector
            let step: Jet = ColumnTransfer.normalise vector
            logNorm <- logNorm + step

        struct (vector, logNorm + Jet.constant (float columns * transfer.Shift))

    /// Column states up to rotations, with the numbers of their rotations.
    let private columnStates (rows: int) : struct (int * float)[] =
        let struct (representatives, orbitOf) =
            ColumnTransfer.orbits [ ColumnTransfer.rotate rows ] rows

        let sizes = Array.zeroCreate representatives.Length
        orbitOf |> Array.iter (fun orbit -> sizes[orbit] <- sizes[orbit] + 1.0)
        Array.zip representatives sizes |> Array.map (fun (a, size) -> struct (a, size))

    let private loops (model: IsingModel) (parameter: Parameter) : Loop[] =
        let transfer = ColumnTransfer.create model parameter

        columnStates model.Rows
        |> Array.choose (fun (struct (state, rotations)) ->
            let struct (vector, logNorm) = propagate transfer state model.Columns
            // States that underflow are rarer than rounding.
            if vector.Values[state] > 0.0 then
                Some
                    {
                        State = state
                        Rotations = rotations
                        LogWeight =
                            logNorm
                            + log
                                {
                                    Value = vector.Values[state]
                                    First = vector.First[state]
                                    Second = vector.Second[state]
                                }
                    }
            else
                None)

    let private logTrace (loops: Loop[]) : Jet =
        loops |> Array.map (fun l -> struct (Jet.constant l.Rotations, l.LogWeight)) |> Jet.logSumExp

    /// ln Z and its derivatives in β.
    let private byTemperature (model: IsingModel) =
        loops
            model
            {
                CouplingSlope = model.Coupling
                FieldSlope = model.Field
            }

    let private checkedModel (model: IsingModel) (compute: unit -> 'a) : Result<'a, MiceError list> =
        match ColumnTransfer.faults MostRows model with
        | [] -> Ok(compute ())
        | faults -> Error faults

    /// Derivatives in βH.
    let private inField =
        {
            CouplingSlope = 0.0
            FieldSlope = 1.0
        }

    let private fluctuation (parameter: Parameter) (model: IsingModel) : Fluctuation =
        let logZ = logTrace (loops model parameter)

        {
            Mean = logZ.First
            Variance = logZ.Second
        }

    /// <summary>Mean and variance of Σ_bonds sᵢsⱼ of the whole torus: derivatives of ln Z in βJ.</summary>
    /// <param name="model">The model.</param>
    /// <returns>Faults of the model; more than <c>MostRows</c> rows; T too low for doubles.</returns>
    let bondSum (model: IsingModel) : Result<Fluctuation, MiceError list> =
        checkedModel model (fun () ->
            fluctuation
                {
                    CouplingSlope = 1.0
                    FieldSlope = 0.0
                }
                model)

    /// <summary>Mean and variance of M = Σ sᵢ of the whole torus: derivatives of ln Z in βH. The mean is 0 without a field, so that
    /// the variance is ⟨M²⟩ there.</summary>
    /// <param name="model">The model.</param>
    /// <returns>Faults of the model; more than <c>MostRows</c> rows; T too low for doubles.</returns>
    let magnetisation (model: IsingModel) : Result<Fluctuation, MiceError list> =
        checkedModel model (fun () -> fluctuation inField model)

    /// <summary>ln Z/N, u, s, C/N and ⟨s⟩.</summary>
    /// <param name="model">The model.</param>
    /// <returns>Faults of the model; more than <c>MostRows</c> rows; T too low for doubles.</returns>
    let averages (model: IsingModel) : Result<ThermalAverages, MiceError list> =
        checkedModel model (fun () ->
            let sites = float (IsingModel.sites model)

            let m =
                if model.Field = 0.0 then
                    0.0
                else
                    (fluctuation inField model).Mean / sites

            1.0 / sites * logTrace (byTemperature model)
            |> ThermalAverages.ofLogPartition (1.0 / model.Temperature) m)

    /// <summary>Entropy of one column: −Σ_a p(a) ln p(a) with p(a) = T^columns(a, a)/Z.</summary>
    /// <param name="model">The model.</param>
    /// <returns>Faults of the model; more than <c>MostRows</c> rows; T too low for doubles.</returns>
    let columnEntropy (model: IsingModel) : Result<float<nat>, MiceError list> =
        checkedModel model (fun () ->
            let loops = byTemperature model
            let logZ = (logTrace loops).Value

            loops
            |> Array.sumBy (fun l ->
                let logP = l.LogWeight.Value - logZ
                -l.Rotations * exp logP * logP)
            |> fun h -> h * 1.0<nat>)

    /// Of a first column a: the mean of ln R(z, a) over last columns z of the half that begins at a, and ln Σ_z S(a, z) R(z, a), with
    /// S through this half and R back through the other and both interfaces. Turning rows over transposes T, so that R(z, a) is an
    /// entry of the row of a turned over.
    let private halves (transfer: ColumnTransfer) (columns: int) (state: int) : struct (float * float) =
        let turned = ColumnTransfer.reverse transfer.Rows
        let struct (through, logThrough) = propagate transfer state (columns / 2 - 1)
        let struct (back, logBack) = propagate transfer (turned state) (columns / 2 + 1)
        let mutable mass = 0.0
        let mutable sum = 0.0

        for z in 0 .. through.Values.Length - 1 do
            let r = back.Values[turned z]
            let p = through.Values[z] * r

            if p > 0.0 then
                mass <- mass + p
                sum <- sum + p * log r

        struct (sum / mass + logBack.Value, log mass + logThrough.Value + logBack.Value)

    /// <summary>Mutual information of the left and the right half of a torus, which meet at two interfaces:
    /// I = ln Z − 2β⟨E⟩/columns − 2⟨ln R(z, a)⟩, where R = T^(columns/2 + 1) leads from the last column z of one half through the other
    /// half to its first column a.</summary>
    /// <remarks>H(half) = ln Z − ⟨ln weight of the half⟩ − ⟨ln R⟩, and every ln T counts −β⟨E⟩/columns on average.</remarks>
    /// <param name="model">The model; an even number of columns.</param>
    /// <returns>Faults of the model; odd columns; more than <c>MostRows</c> rows; T too low for doubles.</returns>
    let halvesInformation (model: IsingModel) : Result<float<nat>, MiceError list> =
        if model.Columns % 2 <> 0 then
            Error [ MiceError.OutOfRange("columns", string model.Columns, "an even number") ]
        else
            checkedModel model (fun () ->
                let transfer =
                    ColumnTransfer.create
                        model
                        {
                            CouplingSlope = 0.0
                            FieldSlope = 0.0
                        }

                let terms =
                    columnStates model.Rows
                    |> Array.map (fun (struct (state, rotations)) ->
                        let struct (mean, logMass) = halves transfer model.Columns state
                        struct (mean, log rotations + logMass))

                let largest = terms |> Array.fold (fun top (struct (_, l)) -> max top l) -infinity
                // Probabilities of the first column that add up to 1 exactly: ⟨ln R⟩ is as large as ln Z.
                let weights = terms |> Array.map (fun (struct (_, l)) -> exp (l - largest))
                let z = Array.sum weights

                let logReturn =
                    Array.fold2
                        (fun sum w (struct (mean, _)) -> if w > 0.0 then sum + w / z * mean else sum)
                        0.0
                        weights
                        terms

                let slope = (logTrace (byTemperature model)).First
                let columnEnergy = slope / (model.Temperature * float model.Columns)
                max 0.0 (largest + log z + 2.0 * columnEnergy - 2.0 * logReturn) * 1.0<nat>)
