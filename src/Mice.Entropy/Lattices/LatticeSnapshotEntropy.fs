namespace Mice.Entropy

open System
open System.Runtime.InteropServices
open Mice
open Mice.Samplers
open Mice.Tensors
open Mice.Entropy.Models

/// Snapshots of a lattice from elsewhere.
[<RequireQualifiedAccess>]
type LatticeGiven =
    /// Snapshots of ±1 spins.
    | Spins of LatticeSnapshots<sbyte>
    /// Snapshots of planar spins: angles in radians.
    | Angles of LatticeSnapshots<float>
    /// Number of states q, and snapshots of spins that are each in one of the states 0 to q − 1.
    | States of int * LatticeSnapshots<byte>

/// What is known of snapshots from elsewhere besides the snapshots.
type LatticeConditions =
    {
        /// Symmetries of the law of the snapshots; SpinSymmetry.none where none is known.
        Symmetry: SpinSymmetry
        /// Number of neighbouring snapshots that may be correlated, 1 or more.
        GroupSnapshots: int
        /// T, and the energy of each snapshot; None out of equilibrium or where the Hamiltonian is not known.
        Thermal: LatticeEnergies option
        /// The Hamiltonian that gave the energies of Thermal, for the same kind of spins; None where only the energies are known.
        Hamiltonian: LatticeHamiltonian option
    }

/// What snapshots from elsewhere have in common.
[<RequireQualifiedAccess>]
module LatticeGiven =
    /// <summary>Sites along each axis.</summary>
    /// <param name="given">The snapshots.</param>
    let shape (given: LatticeGiven) : int[] =
        match given with
        | LatticeGiven.Spins s -> s.Shape
        | LatticeGiven.Angles s -> s.Shape
        | LatticeGiven.States(_, s) -> s.Shape

    /// <summary>How many snapshots there are.</summary>
    /// <param name="given">The snapshots.</param>
    let count (given: LatticeGiven) : int =
        match given with
        | LatticeGiven.Spins s -> s.Sites.Length
        | LatticeGiven.Angles s -> s.Sites.Length
        | LatticeGiven.States(_, s) -> s.Sites.Length

    /// The kind of spins of snapshots and of Hamiltonians, in words.
    let private kind (given: LatticeGiven) : string =
        match given with
        | LatticeGiven.Spins _ -> "±1"
        | LatticeGiven.Angles _ -> "angles"
        | LatticeGiven.States(states, _) -> $"{states} states"

    let private kindOf (hamiltonian: LatticeHamiltonian) : string =
        match hamiltonian with
        | LatticeHamiltonian.Spins _ -> "±1"
        | LatticeHamiltonian.Angles _ -> "angles"
        | LatticeHamiltonian.States(states, _) -> $"{states} states"

    /// <summary>Whether a Hamiltonian is of the snapshots' kind of spins.</summary>
    /// <param name="hamiltonian">The Hamiltonian.</param>
    /// <param name="given">The snapshots.</param>
    let fits (hamiltonian: LatticeHamiltonian) (given: LatticeGiven) : bool = kindOf hamiltonian = kind given

    /// Mismatch of a Hamiltonian and snapshots of other spins.
    let internal hamiltonianFaults (hamiltonian: LatticeHamiltonian option) (given: LatticeGiven) : MiceError list =
        match hamiltonian with
        | Some other when not (fits other given) ->
            [
                MiceError.Mismatch("spins of the Hamiltonian and of the snapshots", kindOf other, kind given)
            ]
        | _ -> []

    /// <summary>E of each snapshot by a Hamiltonian.</summary>
    /// <param name="hamiltonian">The Hamiltonian.</param>
    /// <param name="given">The snapshots.</param>
    /// <returns>None for a Hamiltonian of another kind of spins.</returns>
    let energies (hamiltonian: LatticeHamiltonian) (given: LatticeGiven) : float[] option =
        match hamiltonian, given with
        | LatticeHamiltonian.Spins energy, LatticeGiven.Spins s -> Some(Array.map energy s.Sites)
        | LatticeHamiltonian.Angles energy, LatticeGiven.Angles s -> Some(Array.map energy s.Sites)
        | LatticeHamiltonian.States(q, energy), LatticeGiven.States(p, s) when p = q -> Some(Array.map energy s.Sites)
        | _ -> None

/// Energies of snapshots from elsewhere.
[<RequireQualifiedAccess>]
module LatticeConditions =
    /// <summary>Energies of snapshots in equilibrium at a temperature; their mean is that of the snapshots when no better one is known.</summary>
    /// <param name="temperature">T.</param>
    /// <param name="sites">Sites of a snapshot.</param>
    /// <param name="groupSnapshots">Neighbouring snapshots that may be correlated.</param>
    /// <param name="meanPerSite">⟨E⟩/N from a longer run.</param>
    /// <param name="energies">E of each snapshot.</param>
    let thermal
        (temperature: float)
        (sites: int)
        (groupSnapshots: int)
        (meanPerSite: Estimate<1> option)
        (energies: float[])
        : LatticeEnergies =
        {
            Beta = 1.0 / temperature
            Values = energies
            MeanPerSite =
                meanPerSite
                |> Option.defaultWith (fun () ->
                    energies
                    |> Array.chunkBySize (max 1 groupSnapshots)
                    |> Array.map (fun group -> Array.average group / float sites)
                    |> Statistics.estimate Direction.Exact)
        }

/// Entropy of lattice snapshots from elsewhere, in equilibrium or not.
[<RequireQualifiedAccess>]
module LatticeSnapshotEntropy =
    /// Settings that identify a calculation besides options and snapshots: symmetry, groups, energies. A Hamiltonian is identified by its values for the
    /// snapshots.
    let private describe (data: LatticeData<'spin>) (symmetry: SpinSymmetry) =
        let ofNumbers (values: float[]) =
            RunStore.digest (fun writer -> values |> Array.iter writer.Write)

        [
            "symmetry", SpinSymmetry.describe data.Snapshots.Shape.Length symmetry
            "snapshots_per_group", string data.GroupSnapshots
            match data.Energies with
            | Some e ->
                "beta", Number.text e.Beta
                "energies_sha256", ofNumbers e.Values
                "mean_energy_per_site", Number.text e.MeanPerSite.Value
                "mean_energy_per_site_error", Number.text e.MeanPerSite.StandardError
            | None -> ()
            match data.Hamiltonian with
            | Some energy -> "hamiltonian_sha256", data.Snapshots.Sites |> Array.map energy |> ofNumbers
            | None -> ()
        ]

    let private conditions (options: LatticeEntropyOptions) symmetry (data: LatticeData<'spin>) () =
        let snapshots = data.Snapshots

        LatticeModel.sides snapshots.Shape
        @ [
            "snapshots_sha256",
            RunStore.digest (fun writer ->
                for spins in snapshots.Sites do
                    writer.Write(MemoryMarshal.AsBytes(ReadOnlySpan spins)))
        ]
        @ describe data symmetry
        @ LatticeEntropyOptions.describe options

    /// <summary>Methods for snapshots.</summary>
    /// <param name="given">The snapshots.</param>
    let methods (given: LatticeGiven) : LatticeMethod list =
        match given with
        | LatticeGiven.Spins _ -> LatticeMethods.ofSpins (LatticeSpins.ising SpinSymmetry.none)
        | LatticeGiven.Angles _ -> LatticeMethods.ofSpins (LatticeSpins.planar SpinSymmetry.none)
        | LatticeGiven.States(q, _) -> LatticeMethods.ofSpins (LatticeSpins.states q SpinSymmetry.none)

    let private sampleOf conditions spins hamiltonian (snapshots: LatticeSnapshots<'spin>) =
        {
            Data =
                {
                    Snapshots = snapshots
                    Spins = spins
                    GroupSnapshots = conditions.GroupSnapshots
                    Energies = conditions.Thermal
                    Hamiltonian = hamiltonian
                    First = Params.empty
                }
            Start =
                LatticeResult.start
                    (conditions.Thermal |> Option.map (fun e -> 1.0 / e.Beta) |> Option.defaultValue nan)
                    (conditions.Thermal |> Option.map _.MeanPerSite)
                    []
        }

    let private ofSample (options: LatticeEntropyOptions) run symmetry (sample: LatticeSample<'spin>) =
        let snapshots, spins = sample.Data.Snapshots, sample.Data.Spins

        validate {
            let! () =
                LatticeMethods.faults (LatticeMethods.ofSpins spins) spins snapshots.Shape options

            and! () = LatticeData.faults sample.Data
            and! () = Run.faults run

            let! claimed =
                Run.claim "entropy of lattice snapshots" (conditions options symmetry sample.Data) run

            let alone = { options with Transfer = false }

            let! found =
                LatticeTemperatures.points
                    alone
                    claimed
                    "given"
                    LatticeTemperatures.beginning
                    (fun _ -> Ok sample)
                    (LatticeMethods.apply alone)

            return fst found
        }

    /// <summary>Entropy per site of snapshots, a point for each method (several for counting); of planar spins relative to dθ.</summary>
    /// <param name="options">Methods and how they work.</param>
    /// <param name="run">Key, threads and so on; a store belongs to options, conditions and snapshots but not to methods, which are kept one by one.</param>
    /// <param name="conditions">What is known of the snapshots; the flip of their symmetry stands for rotations of planar spins and for renaming of states.</param>
    /// <param name="given">16 or more.</param>
    /// <returns>TooFewData, Mismatch (also a store of another calculation, and a Hamiltonian of other spins), OutOfRange for spins that are not of their kind and sides that
    /// cannot be halved, UnknownName for methods that are not for these spins.</returns>
    let estimate
        (options: LatticeEntropyOptions)
        (run: Run)
        (conditions: LatticeConditions)
        (given: LatticeGiven)
        : Result<LatticeResult list, MiceError list> =
        let symmetry = conditions.Symmetry

        match LatticeGiven.hamiltonianFaults conditions.Hamiltonian given, given with
        | [], LatticeGiven.Spins snapshots ->
            let hamiltonian =
                match conditions.Hamiltonian with
                | Some(LatticeHamiltonian.Spins energy) -> Some energy
                | _ -> None

            snapshots
            |> sampleOf conditions (LatticeSpins.ising symmetry) hamiltonian
            |> ofSample options run symmetry
        | [], LatticeGiven.Angles snapshots ->
            let hamiltonian =
                match conditions.Hamiltonian with
                | Some(LatticeHamiltonian.Angles energy) -> Some(PlanarSpins.state >> XYState.angles >> energy)
                | _ -> None

            PlanarSpins.ofAngles snapshots
            |> sampleOf conditions (LatticeSpins.planar symmetry) hamiltonian
            |> ofSample options run symmetry
        | [], LatticeGiven.States(states, snapshots) ->
            let hamiltonian =
                match conditions.Hamiltonian with
                | Some(LatticeHamiltonian.States(_, energy)) -> Some energy
                | _ -> None

            snapshots
            |> sampleOf conditions (LatticeSpins.states states symmetry) hamiltonian
            |> ofSample options run symmetry
        | faults, _ -> Error faults
