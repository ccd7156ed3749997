namespace Mice.Segal

open System
open Mice
open Mice.Alloys
open Mice.Samplers

/// Where the energy of a system comes from.
[<RequireQualifiedAccess; NoEquality; NoComparison>]
type SystemOrigin =
    /// An Ising model in a field.
    | Ising of IsingModel
    /// A cluster expansion on a supercell.
    | Alloy of ClusterExpansion * Supercell
    /// A function of its user.
    | Own

/// <summary>Energies of a site in each of its states with the sites before it, of up to 32 configurations one after the other. It belongs to one thread, which asks it for all sites in their order.</summary>
/// <remarks>states: configurations, of which those of sites before the site are looked at; first: where the first configuration begins; count: how many; site; energies: [states; 32] to be filled, one column
/// for each configuration.</remarks>
type SiteEnergies = delegate of states: byte[] * first: int * count: int * site: int * energies: float[] -> unit

/// <summary>A lattice whose sites are in states, with an energy and a field on the states: weights are exp(−(E − B Σ charge)/k_BT).</summary>
/// <remarks>An alloy in the semi-grand canonical ensemble has the difference Δμ of chemical potentials as its field, and charge 1 for the atoms that Δμ is of; an Ising model has
/// charges ±1.</remarks>
[<NoEquality; NoComparison>]
type SemiGrandSystem =
    {
        /// What people call it, and what checkpoints are known by.
        Name: string
        /// Where its energy comes from.
        Origin: SystemOrigin
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
        /// E of many configurations one after the other, [samples; sites] → [samples], where that is faster than one by one; None otherwise.
        EnergyOfMany: (byte[] -> float[]) option
        /// The part of E by which a site in a state interacts with the sites before it, but for a number that is the same for all its states; None where nothing of the kind is known. It speeds
        /// up learning and decides nothing: states → index of the configuration → site → state → energy.
        Before: (byte[] -> int -> int -> int -> float) option
        /// What <c>Before</c> gives for many configurations, where that is faster than one by one: makes a worker for a thread. None otherwise.
        BeforeOfMany: (unit -> SiteEnergies) option
        /// How E changes when a site of a configuration goes over to a state; None where E has to be asked twice: states → index of the configuration → site → new state → change. It speeds up chains.
        Change: (byte[] -> int -> int -> int -> float) option
        /// Permutations of the sites that leave E as it is, the identity first: the image of states s under g is s′ with s′[g[i]] = s[i]. They need not be all there are.
        Symmetries: Lazy<int[][]>
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

    /// <summary>E and Σ charge of configurations one after the other.</summary>
    /// <param name="s">The system.</param>
    /// <param name="states">[samples; sites], row-major.</param>
    /// <returns>[samples] each.</returns>
    let internal sums (s: SemiGrandSystem) (states: byte[]) : struct (float[] * float[]) =
        let each f =
            Array.init (states.Length / s.Sites) (fun i -> f states (i * s.Sites))

        let energies =
            match s.EnergyOfMany with
            | Some all -> all states
            | None -> each s.Energy

        struct (energies, each (charge s))

    /// Random configurations that a symmetry is tried on, and how well their energies have to agree, relative to the largest.
    let private trials, private agreement = 64, 1e-10

    /// Whether an operation on configurations leaves the energies of random ones as they are.
    let private isSymmetry (s: SemiGrandSystem) (operation: byte[] -> byte[]) : bool =
        let generator = Key.ofSeed 0UL |> Key.named "symmetry" |> Key.generator

        let states =
            Array.init trials (fun _ -> Array.init s.Sites (fun _ -> byte (generator.NextInt s.States)))

        let energies all =
            let struct (found, _) = Array.concat all |> sums s
            found

        let before, after = energies states, states |> Array.map operation |> energies
        let largest = before |> Array.map abs |> Array.max
        Array.forall2 (fun a b -> abs (a - b) <= agreement * largest) before after

    /// <summary>What every state becomes when all sites are flipped: an exchange of states that changes the sign of Σ charge and leaves E as it is. It is found from charges and energies
    /// of random configurations.</summary>
    /// <param name="s">The system.</param>
    /// <returns>None where no such exchange of states is a symmetry.</returns>
    let flip (s: SemiGrandSystem) : byte[] option =
        let opposite =
            s.Charges |> Array.map (fun charge -> Array.tryFindIndex (fun other -> other = -charge) s.Charges)

        if Array.forall Option.isSome opposite then
            let flipped = opposite |> Array.map (Option.get >> byte)

            // States of equal charge could not be told apart.
            let isExchange =
                flipped |> Array.mapi (fun state other -> int flipped[int other] = state) |> Array.forall id
                && flipped |> Array.mapi (fun state other -> int other <> state) |> Array.exists id

            if isExchange && isSymmetry s (Array.map (fun state -> flipped[int state])) then
                Some flipped
            else
                None
        else
            None

    /// <summary>k_BT/N, the field that turns a lattice over at a temperature, where flipping all sites is a symmetry.</summary>
    /// <param name="s">The system.</param>
    let turningField (s: SemiGrandSystem) : (float -> float) option =
        flip s |> Option.map (fun _ t -> s.Boltzmann * t / float s.Sites)

    /// The image of a configuration under a permutation of its sites.
    let private image (g: int[]) (states: byte[]) : byte[] =
        let moved = Array.zeroCreate states.Length
        g |> Array.iteri (fun from into -> moved[into] <- states[from])
        moved

    /// <summary>What stands against the symmetries of a system: permutations that change energies of random configurations.</summary>
    /// <param name="s">The system.</param>
    let symmetryFaults (s: SemiGrandSystem) : MiceError list =
        [
            for i, g in Array.indexed s.Symmetries.Value do
                if Array.sort g <> [| 0 .. s.Sites - 1 |] then
                    MiceError.OutOfRange($"symmetry {i + 1}", "no permutation", $"each of the {s.Sites} sites once")
                elif not (isSymmetry s (image g)) then
                    MiceError.OutOfRange(
                        $"symmetry {i + 1}",
                        "a permutation that changes energies",
                        "permutations that leave the energies as they are"
                    )
        ]

    /// Energies of sites of an alloy, those of state 0 being the zero.
    let private siteEnergies (table: FigureTable) : SiteEnergies =
        let past = PastFields table

        SiteEnergies(fun states first count site energies ->
            let fields = past.Of(states, first, count, site)

            for i in 0 .. count - 1 do
                energies[i] <- 0.0
                energies[PastFields.Most + i] <- 2.0 * fields[i])

    /// <summary>A cluster expansion on a supercell: state 1 is the first species, whose number is Σ charge; the field is Δμ, the chemical potential of the first species minus that of the second.</summary>
    /// <param name="name">What people call it.</param>
    /// <param name="expansion">The cluster expansion, eV per site.</param>
    /// <param name="supercell">A supercell of its lattice.</param>
    /// <returns>Energies in eV, temperatures in K.</returns>
    let alloy (name: string) (expansion: ClusterExpansion) (supercell: Supercell) : SemiGrandSystem =
        let table = FigureTable.create expansion supercell

        {
            Name = name
            Origin = SystemOrigin.Alloy(expansion, supercell)
            Sites = supercell.Count
            States = 2
            Boltzmann = float Units.boltzmann
            Charges = [| 0.0; 1.0 |]
            Energy = fun states first -> table.Energy states first
            EnergyOfMany = Some table.Energies
            // Relative to state 0, so that terms are summed for one state of the two.
            Before =
                Some(fun states first site state ->
                    if state = 0 then
                        0.0
                    else
                        2.0 * table.Before states first site 1)
            BeforeOfMany = Some(fun () -> siteEnergies table)
            Change =
                Some(fun states first site state ->
                    if int states[first + site] = state then
                        0.0
                    else
                        table.Change states first site)
            Symmetries = lazy Supercell.symmetries supercell
        }

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

            // On a side of 2 a neighbour stands there twice, as in the energy.
            let change (states: byte[]) first site state =
                let mutable near = 0

                for n in z * site .. z * site + z - 1 do
                    near <- near + spin states (first + around[n])

                -model.Coupling * float ((2 * state - 1 - spin states (first + site)) * near)

            Ok
                {
                    Name = $"ising {model.Lattice} {model.Rows}×{model.Columns}, J = {Number.text model.Coupling}"
                    Origin = SystemOrigin.Ising model
                    Sites = sites
                    States = 2
                    Boltzmann = 1.0
                    Charges = [| -1.0; 1.0 |]
                    Energy = energy
                    EnergyOfMany = None
                    Before = Some earlier
                    BeforeOfMany = None
                    Change = Some change
                    Symmetries = lazy GraphSymmetries.find sites around
                }
        | faults -> Error faults
