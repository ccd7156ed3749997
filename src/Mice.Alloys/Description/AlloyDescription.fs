namespace Mice.Alloys

open System
open Mice

/// <summary>Cluster expansions, fits and enumerations as rows for files and people.</summary>
[<RequireQualifiedAccess>]
module AlloyDescription =
    let private vectors (supercell: Supercell) =
        supercell.Matrix
        |> Array.chunkBySize 3
        |> Array.map (fun row -> row |> Array.map string |> String.concat " ")
        |> String.concat "; "

    /// What a cluster expansion is.
    let internal formOf (expansion: ClusterExpansion) : (string * string) list =
        let struct (up, down) = expansion.Species

        [
            "lattice", expansion.Lattice.Name
            "species", $"{up},{down}"
            "cutoffs",
            expansion.Cutoffs |> List.map (fun c -> $"{c.Size}:{Number.text c.Distance}") |> String.concat ","
        ]

    /// What a cluster expansion on a supercell is.
    let internal systemOf (expansion: ClusterExpansion) (supercell: Supercell) : (string * string) list =
        formOf expansion @ [ "supercell", vectors supercell; "sites", string supercell.Count ]

    /// What wrapped clusters mean.
    let internal wrappedNote =
        "These clusters reach over the box and meet their own images: a site that a figure covers twice counts as +1 there, and they do not act as in a large crystal."

    let internal wrappedRow (names: string list) : ResultRow =
        ResultRow.texts "wrapped_clusters" "Clusters that the supercell is too small for" names

    let internal wrappedNotes (names: string list) : string list =
        if List.isEmpty names then
            []
        else
            let listed = String.concat ", " names
            [ $"The supercell is too small for {listed}. {wrappedNote}" ]

    let private interactions (expansion: ClusterExpansion) (row: int -> ResultRow) : ResultRow =
        ResultRow.table
            "interactions"
            "Effective cluster interactions"
            [
                for k, orbit in Array.indexed expansion.Orbits ->
                    [
                        ResultRow.text "name" "Cluster" orbit.Name
                        ResultRow.count "size" "Sites" orbit.Size
                        ResultRow.number "diameter_angstrom" "Diameter" "Å" 4 orbit.Diameter

                        ResultRow.number
                            "figures_per_site"
                            "Figures per site"
                            ""
                            4
                            (ClusterOrbits.figuresPerSite expansion.Lattice orbit)

                        row k
                    ]
            ]

    /// <summary>The description of a cluster expansion that was read from elsewhere.</summary>
    /// <param name="isFormation">Whether the straight line between the pure species was taken off.</param>
    /// <param name="expansion">The cluster expansion.</param>
    let expansion (isFormation: bool) (expansion: ClusterExpansion) : ResultDescription =
        let struct (up, down) = expansion.Species
        let struct (ofUp, ofDown) = ClusterExpansion.pureEnergies expansion

        {
            Answer =
                $"A cluster expansion of {up}-{down} on the {expansion.Lattice.Name} lattice with {expansion.Orbits.Length} interactions."
            Meaning =
                "E/N = Σ J φ with φ the mean product of spins over all figures of an orbit; multiplicities are part of J. Spin +1 is the first species."
            Sections =
                [
                    ResultRow.record
                        ""
                        "Pure species"
                        [
                            ResultRow.number "energy_of_first_species_eV_per_site" $"E/N of {up}" "eV" 6 ofUp
                            ResultRow.number "energy_of_second_species_eV_per_site" $"E/N of {down}" "eV" 6 ofDown
                        ]
                    interactions expansion (fun k ->
                        ResultRow.number "interaction_eV_per_site" "J" "eV/site" 6 expansion.Interactions[k])
                ]
            Checks = []
            Notes =
                [
                    if isFormation then
                        "The straight line between the pure species was taken off: energies are formation energies."
                ]
            Settings = formOf expansion
        }

    let private methodOf (o: EciFitOptions) =
        match o.Method with
        | FitMethod.LeastSquares -> "least-squares"
        | FitMethod.Ridge _ -> "ridge"
        | FitMethod.Lasso _ -> "lasso"
        | FitMethod.RelevanceDetermination -> "ard"

    let private fitSettings (o: EciFitOptions) =
        [
            "method", methodOf o
            "validation",
            match o.Validation with
            | CrossValidation.LeaveOneOut -> "leave one out"
            | CrossValidation.Folds k -> $"{k} folds"
            "weights",
            match o.Weights with
            | FitWeights.Uniform -> "uniform"
            | FitWeights.NearHull width -> $"exp(-d/{Number.text width} eV) of the distance d above the hull"
        ]

    let private quality (set: AlloyTrainingSet) (wrapped: (string * int) list) (fit: EciFitResult) =
        ResultRow.record
            ""
            "Fit"
            [
                ResultRow.count "structures" "Structures" set.Structures.Length
                ResultRow.count "clusters" "Interactions" fit.StandardErrors.Length
                ResultRow.count "used_clusters" "Interactions other than 0" fit.Used
                ResultRow.number "training_error_eV_per_atom" "RMSE of the fit" "eV/atom" 6 fit.TrainingError

                ResultRow.number
                    "cross_validation_error_eV_per_atom"
                    "Cross-validation score"
                    "eV/atom"
                    6
                    fit.ValidationError

                if not (Double.IsNaN fit.Strength) then
                    ResultRow.number "strength" "Strength λ" "" 8 fit.Strength

                ResultRow.texts "wrapped_clusters" "Clusters that structures are too small for" (List.map fst wrapped)
            ]

    let private structures (set: AlloyTrainingSet) (formation: FormationEnergies) (fit: EciFitResult) =
        ResultRow.curve
            "structures"
            "Structures"
            [
                for i, s in Array.indexed set.Structures ->
                    [
                        ResultRow.number "composition" "x" "" 6 formation.Compositions[i]
                        ResultRow.text "name" "Structure" s.Name
                        ResultRow.number "energy_eV_per_atom" "E, given" "eV/atom" 6 s.EnergyPerSite
                        ResultRow.number "fitted_energy_eV_per_atom" "E, fitted" "eV/atom" 6 fit.Fitted[i]
                        ResultRow.number "predicted_energy_eV_per_atom" "E, left out" "eV/atom" 6 fit.Predicted[i]
                        ResultRow.number "formation_energy_eV_per_atom" "E_form, given" "eV/atom" 6 formation.Given[i]

                        ResultRow.number
                            "fitted_formation_energy_eV_per_atom"
                            "E_form, fitted"
                            "eV/atom"
                            6
                            formation.Fitted[i]
                    ]
            ]

    let private hullRows (set: AlloyTrainingSet) (formation: FormationEnergies) =
        let table key title (hull: HullCorner[]) =
            ResultRow.table
                key
                title
                [
                    for corner in hull ->
                        [
                            ResultRow.number "composition" "x" "" 6 corner.Composition
                            ResultRow.number "formation_energy_eV_per_atom" "E_form" "eV/atom" 6 corner.Energy
                            ResultRow.text "structure" "Structure" set.Structures[corner.Index].Name
                        ]
                ]

        [
            table "hull" "Convex hull of the given energies" formation.Hull
            table "fitted_hull" "Convex hull of the fitted energies" formation.FittedHull
        ]

    let private fitNotes (wrapped: (string * int) list) (formation: FormationEnergies) =
        [
            if not (List.isEmpty wrapped) then
                let listed =
                    wrapped |> List.map (fun (name, count) -> $"{name} ({count} structures)") |> String.concat ", "

                $"Structures that are too small for a cluster: {listed}. {wrappedNote}"
            if not formation.HasPure then
                "A pure species is not among the structures: formation energies are measured from the energies of the fit."
        ]

    /// <summary>The description of a fit.</summary>
    /// <param name="o">How it was fitted.</param>
    /// <param name="set">The structures.</param>
    /// <param name="formation">Their formation energies.</param>
    /// <param name="fit">The fit.</param>
    let fit
        (o: EciFitOptions)
        (set: AlloyTrainingSet)
        (formation: FormationEnergies)
        (fit: EciFitResult)
        : ResultDescription =
        let wrapped = AlloyTrainingSet.wrapped fit.Expansion.Orbits set

        {
            Answer =
                $"{fit.Used} of {fit.StandardErrors.Length} interactions fit {set.Structures.Length} structures with an RMSE of {1000.0 * fit.TrainingError:F2} meV/atom; structures that were left out are predicted within {1000.0 * fit.ValidationError:F2} meV/atom."
            Meaning =
                "E/N = Σ J φ with φ the mean product of spins over all figures of an orbit; multiplicities are part of J. Brackets hold one standard error in the last digits; it does not know of the choice of clusters and method. A strength that was chosen by the cross-validation score makes this score a little too small."
            Sections =
                [
                    quality set wrapped fit
                    interactions fit.Expansion (fun k ->
                        Estimate.create
                            (fit.Expansion.Interactions[k] * 1.0<eV / site>)
                            (fit.StandardErrors[k] * 1.0<eV / site>)
                            Direction.Exact
                        |> ResultRow.principal "interaction_eV_per_site" "J" "eV/site")
                    yield! hullRows set formation
                    structures set formation fit
                ]
            Checks = fit.Checks
            Notes = fitNotes wrapped formation
            Settings = formOf fit.Expansion @ fitSettings o
        }
