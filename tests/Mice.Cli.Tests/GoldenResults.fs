/// Results with every field, and numbers that are not finite, for what is written of them.
module Mice.Cli.Tests.GoldenResults

open Mice
open Mice.Atoms
open Mice.Cli
open Mice.Entropy

let private perSite (value: float) (error: float) direction : Estimate<nat / site> =
    Estimate.create (value * 1.0<nat / site>) (error * 1.0<nat / site>) direction

let private check name passed : Check =
    {
        Name = name
        Passed = passed
        Detail = $"{name} was looked at"
    }

let private level scale estimator saturated : LatticeLevel =
    {
        Half = $"4×{4 * scale}"
        Volume = float (16 * scale)
        InterfaceArea = float (4 * scale)
        MutualInformation = Estimate.create (0.1<nat> / float scale) 0.0123456789<nat> Direction.LowerBound
        TrainingGain = if estimator = "critic" then Some 0.0012345<nat> else None
        Estimator = estimator
        Saturated = saturated
    }

let private point method temperature : LatticeResult =
    {
        Temperature = temperature
        Method = method
        EntropyPerSite = perSite (0.1 * temperature * temperature) 0.003 Direction.UpperBound
        UpperBound = None
        LowerBound = None
        ReducedFreeEnergyPerSite = None
        EnergyPerSite = Some(Estimate.create (-2.0 + 0.3 * temperature) 0.0004 Direction.Exact)
        Reference = None
        Levels = []
        Curves = []
        Checks = [ check "tunnelled" true ]
        Seconds = 1.5 * temperature
    }

/// Points at five temperatures; every optional field is there once and missing once.
let points: LatticeResult list =
    [
        for t in [ 2.0; 2.2; 2.3; 2.5; 2.6 ] do
            { point "mice" t with
                EntropyPerSite = perSite (0.11 * t * t) 0.004 Direction.NoBound
                UpperBound = Some(perSite (0.12 * t * t) 0.002 Direction.UpperBound)
                Levels =
                    [
                        { level 1 "critic" false with
                            MutualInformation =
                                Estimate.create
                                    (1.0<nat> - 0.5<nat> * (t - 2.3) * (t - 2.3))
                                    0.01<nat>
                                    Direction.LowerBound
                        }
                        level 2 "critic" true
                        level 4 "area law" false
                    ]
                Reference =
                    Some
                        {
                            EntropyPerSite = Estimate.exact 0.30234<nat / site>
                            Source = "kaufman"
                        }
                Checks = [ check "tunnelled" true; check "trained" (t < 2.55) ]
            }

            { point "scan" t with
                LowerBound = Some(perSite 0.2 0.01 Direction.LowerBound)
                ReducedFreeEnergyPerSite = Some(Estimate.create -1.1< / site> 0.02< / site> Direction.UpperBound)
                Reference =
                    Some
                        {
                            EntropyPerSite = perSite 0.31 0.001 Direction.Exact
                            Source = "integration"
                        }
            }
        { point "naive" nan with
            EnergyPerSite = None
            EntropyPerSite = perSite nan nan Direction.NoBound
            Seconds = nan
        }
    ]

/// Estimators that give them, and scans that are not finite everywhere.
let estimators: Estimators =
    { FakeInformation.saying true with
        Lattice = fun _ _ _ _ -> Ok points
        Particles = FakeParticles.scattering
    }

let private scansLike change method run snapshots =
    FakeParticles.scattering method run snapshots
    |> Result.map (function
        | ParticleEntropy.Scan result -> ParticleEntropy.Scan(change result)
        | other -> other)

/// The same, of results that lack what may be missing or have what seldom is there.
let others: Estimators =
    { estimators with
        Particles =
            scansLike (fun r ->
                { r with
                    Bound =
                        { r.Bound with
                            Looseness = None
                            Corrected = None
                            Checks = []
                            Settings = r.Bound.Settings @ r.Bound.Settings
                        }
                    ByCutoff = [||]
                    Calibration = Estimate.create nan nan Direction.Exact
                })
        MutualInformation =
            fun options run x y ->
                estimators.MutualInformation options run x y
                |> Result.map (fun r ->
                    { r with
                        Notes = []
                        Reliability =
                            { r.Reliability with
                                TrainTestGap = None
                                ProductPairs = None
                                EffectivePairs = None
                                Extrapolation = Some(Estimate.create 0.515<nat> 0.03<nat> Direction.NoBound)
                                Disagreement = None
                                EntropyLimit = Some(Estimate.create 0.69<nat> 0.001<nat> Direction.Exact)
                                Ties = { r.Reliability.Ties with Columns = [] }
                            }
                    })
    }

/// A thermo table of a run.
let thermo: ThermoTable =
    {
        Path = "thermo.csv"
        Columns = [| "time_ps"; "T_K"; "P_bar"; "U_eV"; "H_eV"; "V_A3" |]
        Rows =
            Array.init 64 (fun i ->
                let wave = sin (float i)
                [| float i; 350.0 + wave; 1.0 + 100.0 * wave; -2.1; -2.0 + 0.01 * wave; 80.0 |])
        Warnings = []
    }

/// Snapshots of that run.
let twoAtoms: Snapshot[] =
    let cell = Cell.orthorhombic [| 4.0; 4.0; 5.0 |]
    [| Snapshot.ofPositions "Na" cell [| 0.0; 0.0; 0.0; 2.0; 2.0; 2.5 |] |]
