namespace Mice.Quests

open Mice

/// What a descriptor knows of chemical species.
[<RequireQualifiedAccess>]
type SpeciesForm =
    /// Nothing: all atoms are alike, as published. Length 2k − 1.
    | Alike
    /// The published form for several species: one descriptor of all atoms, then one for each species, of the atoms of that species among themselves,
    /// which is 0 for other atoms; first all X1, then all X2. Length (S + 1)(2k − 1). Distances between unlike atoms are known from the first part alone.
    | Sublattices
    /// For every ordered pair (A, B) a descriptor of atoms A in the field of their neighbours B, which is 0 for other atoms. Length S²(2k − 1).
    | Pairs

/// What a descriptor of an atomic environment is. Start from EnvironmentOptions.defaults and change fields with { … with … }.
type EnvironmentOptions =
    {
        /// k: the nearest neighbours that count, 2 or more.
        Neighbours: int
        /// r_c, Å: neighbours count less the farther they are and nothing from here on.
        Cutoff: float
        /// What it knows of species.
        Species: SpeciesForm
    }

/// Options of descriptors.
[<RequireQualifiedAccess>]
module EnvironmentOptions =
    /// k = 32, r_c = 5 Å, all atoms alike: the published choice, for which the bandwidths of <c>Bandwidth</c> were made.
    let defaults: EnvironmentOptions =
        {
            Neighbours = 32
            Cutoff = 5.0
            Species = SpeciesForm.Alike
        }

    /// Forms by the names that users write.
    let forms: (string * SpeciesForm) list =
        [
            "alike", SpeciesForm.Alike
            "sublattices", SpeciesForm.Sublattices
            "pairs", SpeciesForm.Pairs
        ]

    /// The name of a form.
    let formName (form: SpeciesForm) : string =
        forms |> List.find (snd >> (=) form) |> fst

    /// <summary>Everything that is wrong with options: OutOfRange.</summary>
    /// <param name="options">The options.</param>
    let faults (options: EnvironmentOptions) : MiceError list =
        Validate.that "the number of neighbours k" "2 to 1024" (fun k -> k >= 2 && k <= 1024) options.Neighbours
        @ Validate.that "the cut-off" "above 0 and at most 100 Å" (fun r -> r > 0.0 && r <= 100.0) options.Cutoff

    /// <summary>The number of components of a descriptor.</summary>
    /// <param name="species">S, how many species there are.</param>
    /// <param name="options">The options.</param>
    let dimension (species: int) (options: EnvironmentOptions) : int =
        let one = 2 * options.Neighbours - 1

        match options.Species with
        | SpeciesForm.Alike -> one
        | SpeciesForm.Sublattices -> (species + 1) * one
        | SpeciesForm.Pairs -> species * species * one

    /// What results depend on, by name.
    let describe (options: EnvironmentOptions) : (string * string) list =
        [
            "neighbours", string options.Neighbours
            "cutoff_angstrom", Number.text options.Cutoff
            "species", formName options.Species
        ]
