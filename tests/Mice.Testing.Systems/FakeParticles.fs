/// Stand-ins for the entropies of particles, so that what is built on them can be tested without training a network.
module Mice.Testing.Systems.FakeParticles

open Mice
open Mice.Atoms
open Mice.Entropy
open Mice.Learning

/// Cubic snapshots of one species on a simple lattice of the volume per atom given; one atom moves, since no configuration may stand twice.
let snapshots (count: int) (volumePerAtom: float) : Snapshot[] =
    let edge = 3.0 * System.Math.Cbrt volumePerAtom

    Array.init count (fun i ->
        {
            Step = int64 i
            Cell = Cell.cubic edge
            Species = Array.zeroCreate 27
            SpeciesNames = [| "Na" |]
            Positions =
                [|
                    for x in 0..2 do
                        for y in 0..2 do
                            for z in 0..2 do
                                yield! [| float x; float y; float z |] |> Array.map (fun c -> (c + 0.5) * edge / 3.0)
                |]
                |> Array.mapi (fun k c -> if k = 0 then c + 0.01 * float i else c)
            Values = Map.empty
            Columns = Map.empty
        })

/// A thermo table of independent normal energies (standard deviation 1 eV) and volumes about the means given, for 27 atoms.
let thermo (seed: uint64) (energyPerAtom: float) (volumePerAtom: float) : ThermoTable =
    let generator = Key.ofSeed seed |> Key.generator

    {
        Path = "thermo.csv"
        Warnings = []
        Columns = [| "step"; "T_K"; "V_A3"; "U_eV" |]
        Rows =
            Array.init 400 (fun i ->
                [|
                    float i
                    350.0 + 9.0 * generator.NextNormal()
                    27.0 * volumePerAtom * (1.0 + 0.003 * generator.NextNormal())
                    27.0 * energyPerAtom + generator.NextNormal()
                |])
    }

let private upper value error =
    Estimate.create (value * 1.0<kB / atom>) (error * 1.0<kB / atom>) Direction.UpperBound

/// A made-up bound with the excess entropy and volume per atom given.
let bound (excess: float) (error: float) (volumePerAtom: float) (given: Snapshot[]) : EntropyBound =
    {
        ExcessEntropy = upper excess error
        Looseness = Some(Estimate.create 0.0<kB / atom> (0.1 * error * 1.0<kB / atom>) Direction.NoBound)
        Corrected =
            Some
                { upper excess error with
                    Direction = Direction.NoBound
                }
        NetworkEntropies = [| for shift in [ -0.01; 0.0; 0.01 ] -> upper (excess + shift) error |]
        BySnapshot = [||]
        Training =
            [|
                for network in 0..2 ->
                    [|
                        for step in 0..100..1500 ->
                            {
                                Step = step
                                Loss = 0.5 + 0.4 * exp (-float step / 300.0) + 0.002 * float network
                                Held =
                                    if step % 300 = 0 then
                                        Some(excess + exp (-float step / 400.0) + 0.01 * float (network - 1))
                                    else
                                        None
                            }
                    |]
            |]
        Atoms = given |> Array.tryHead |> Option.map Snapshot.count |> Option.defaultValue 0
        Snapshots = given.Length
        VolumePerAtom = volumePerAtom
        Seconds = 12.0
        Checks =
            [
                {
                    Name = "calibration"
                    Passed = true
                    Detail = "mean of λ/ρ is 1.002(4)"
                }
            ]
        Settings = [ "seed", "1"; "cutoff_angstrom", "12" ]
    }

/// A scan with a bound.
let scan (bound: EntropyBound) : ScanResult =
    let excess = float bound.ExcessEntropy.Value
    let error = float bound.ExcessEntropy.StandardError

    {
        Bound = bound
        MeanRatios = [||]
        Calibration = Estimate.create 1.002 0.004 Direction.Exact
        ByCutoff =
            [|
                for cutoff in [ 6.0; 8.0; 10.0; 12.0 ] ->
                    {
                        Cutoff = cutoff * 1.0<Angstrom>
                        ExcessEntropy = upper (excess + exp (-cutoff / 3.0)) error
                    }
            |]
    }

/// A denoising entropy with a bound.
let denoising (phase: DenoisingPhase) (bound: EntropyBound) : DenoisingResult =
    {
        Bound = bound
        Phase = phase
        Levels =
            [|
                for k in 0..3 ->
                    {
                        Sigma = 0.25 * float (k + 1)
                        Explained = Estimate.create (1.0 / float (k + 1)) 0.01 Direction.LowerBound
                        Smallest = 0.2
                    }
            |]
        EarlierStages =
            [|
                for above in [ 0.15; 0.04 ] ->
                    Estimate.create (above * 1.0<kB / atom>) (0.03 * above * 1.0<kB / atom>) Direction.Exact
            |]
        Cutoff = 7.0<Angstrom>
    }

/// Whether a method takes a system for cubic: the solid.
let private isSolid (method: ParticleMethod) =
    match method with
    | ParticleMethod.Scan o -> o.Symmetry = Symmetry.Cubic
    | ParticleMethod.Denoising o -> o.Symmetry = Symmetry.Cubic

/// What a method would have found.
let private byMethod (method: ParticleMethod) (bound: EntropyBound) : ParticleEntropy =
    match method with
    | ParticleMethod.Scan _ -> ParticleEntropy.Scan(scan bound)
    | ParticleMethod.Denoising _ when isSolid method ->
        ParticleEntropy.Denoising(denoising DenoisingPhase.Crystal bound)
    | ParticleMethod.Denoising _ -> ParticleEntropy.Denoising(denoising DenoisingPhase.Fluid bound)

let private ofSodium (method: ParticleMethod) (given: Snapshot[]) =
    if isSolid method then
        bound -4.45 0.01 40.356 given
    else
        bound -3.567 0.01 41.263 given

/// An estimator that knows the values of sodium at 350 K (Frenkel–Ladd and coexistence); the cubic system is the solid.
let sodium (method: ParticleMethod) (run: Run) (given: Snapshot[]) : Result<ParticleEntropy, MiceError list> =
    Run.tell "network 1 of 3" 0.5 "half way" run
    ofSodium method given |> byMethod method |> Ok

/// The same with entropies of snapshots that scatter by themselves: the bound is loose.
let scattering (method: ParticleMethod) (run: Run) (given: Snapshot[]) : Result<ParticleEntropy, MiceError list> =
    Run.tell "network 1 of 3" 0.5 "half way" run

    let ofSnapshot i (s: Snapshot) =
        let value = -4.4 + 0.01 * float (i % 3)

        {
            Step = s.Step
            Network = i / 5
            Entropy = value
            Passes = [| struct (value, value) |]
        }

    { ofSodium method given with
        BySnapshot = given |> Array.mapi ofSnapshot
    }
    |> byMethod method
    |> Ok
