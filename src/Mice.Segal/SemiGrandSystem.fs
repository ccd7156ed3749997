namespace Mice.Segal

open Mice
open Mice.Samplers

/// <summary>A lattice whose sites are in states, with an energy and a field on the states: weights are exp(−(E − B Σ charge)/k_BT).</summary>
/// <remarks>An alloy in the semi-grand canonical ensemble has the difference Δμ of chemical potentials as its field, and charge 1 for the atoms that Δμ is of; an Ising model has
/// charges ±1.</remarks>
[<NoEquality; NoComparison>]
type SemiGrandSystem =
    {
        /// What people call it, and what checkpoints are known by.
        Name: string
        /// N.
        Sites: int
        /// States of a site, 2 to 255.
        States: int
        /// k_B in units of energy by those of temperature.
        Boltzmann: float
        /// What the field multiplies, for each state.
        Charges: float[]
        /// E of the configuration whose states begin at an index: states → index → E.
        Energy: byte[] -> int -> float
        /// The part of E by which a site in a state interacts with the sites before it; None where nothing of the kind is known. It speeds up learning and decides
        /// nothing: states → index of the configuration → site → state → energy.
        Before: (byte[] -> int -> int -> int -> float) option
    }

/// Systems.
[<RequireQualifiedAccess>]
module SemiGrandSystem =
    /// <summary>What stands against a system.</summary>
    /// <param name="s">The system.</param>
    let faults (s: SemiGrandSystem) : MiceError list =
        [
            yield! Validate.atLeast 1 "the number of sites" s.Sites

            if s.States < 2 || s.States > 255 then
                MiceError.OutOfRange("the number of states", string s.States, "2 to 255")

            if s.Charges.Length <> s.States then
                MiceError.Mismatch("charges and states", string s.Charges.Length, string s.States)

            yield! Validate.positive "Boltzmann's constant" s.Boltzmann
        ]

    /// <summary>Σ charge of a configuration.</summary>
    /// <param name="s">The system.</param>
    /// <param name="states">States of configurations.</param>
    /// <param name="first">Where the configuration begins.</param>
    let charge (s: SemiGrandSystem) (states: byte[]) (first: int) : float =
        let mutable sum = 0.0

        for site in first .. first + s.Sites - 1 do
            sum <- sum + s.Charges[int states[site]]

        sum

    /// <summary>(E − B Σ charge)/k_BT of a configuration.</summary>
    /// <param name="s">The system.</param>
    /// <param name="temperature">T.</param>
    /// <param name="field">B.</param>
    /// <param name="states">States of configurations.</param>
    /// <param name="first">Where the configuration begins.</param>
    let reduced (s: SemiGrandSystem) (temperature: float) (field: float) (states: byte[]) (first: int) : float =
        (s.Energy states first - field * charge s states first) / (s.Boltzmann * temperature)

    /// <summary>An Ising model on a torus; state 0 is spin −1, state 1 is spin +1, in rows. Its temperature and field are those of whoever asks, not the model's.</summary>
    /// <param name="model">Lattice, size and coupling.</param>
    /// <returns>Errors: those of the model.</returns>
    let ising (model: IsingModel) : Result<SemiGrandSystem, MiceError list> =
        match IsingModel.faults model with
        | [] ->
            let sites, z = IsingModel.sites model, Lattice.coordination model.Lattice
            let around = Lattice.neighbours model.Lattice model.Rows model.Columns
            let spin (states: byte[]) at = 2 * int states[at] - 1

            // Each bond is found from both of its ends; on a side of 2 it counts twice, as in the model.
            let energy states first =
                let mutable sum = 0

                for site in 0 .. sites - 1 do
                    let mutable near = 0

                    for n in z * site .. z * site + z - 1 do
                        near <- near + spin states (first + around[n])

                    sum <- sum + spin states (first + site) * near

                -0.5 * model.Coupling * float sum

            let before =
                Array.init sites (fun site -> Array.sub around (z * site) z |> Array.filter (fun n -> n < site))

            let earlier (states: byte[]) first site state =
                let mutable near = 0

                for n in before[site] do
                    near <- near + spin states (first + n)

                -model.Coupling * float ((2 * state - 1) * near)

            Ok
                {
                    Name = $"ising {model.Lattice} {model.Rows}×{model.Columns}, J = {Number.text model.Coupling}"
                    Sites = sites
                    States = 2
                    Boltzmann = 1.0
                    Charges = [| -1.0; 1.0 |]
                    Energy = energy
                    Before = Some earlier
                }
        | faults -> Error faults
