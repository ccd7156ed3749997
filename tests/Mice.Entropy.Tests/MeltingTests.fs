module Mice.Entropy.Tests.MeltingTests

open Expecto
open System
open Mice
open Mice.Atoms
open Mice.Autoregressive
open Mice.Entropy
open Mice.Testing.Systems.FakeParticles

let private conditions: ThermalConditions =
    {
        Temperature = 350.0<K>
        Pressure = 1.0<bar>
    }

/// Potential energies of sodium and 27 atoms.
let private input: MeltingInput =
    {
        Solid = snapshots 20 40.356
        Liquid = snapshots 20 41.263
        SolidThermo = thermo 1UL -1.05984 40.356
        LiquidThermo = thermo 2UL -1.03135 41.263
    }

let private melt scan conditions input =
    let options =
        MeltingOptions.create (ParticleMethod.Scan ScanOptions.defaults) conditions

    Melting.estimateBy scan options Run.quiet input

let private faults scan conditions input =
    match melt scan conditions input with
    | Ok _ -> []
    | Error found -> found

let private failed scan conditions input =
    match melt scan conditions input with
    | Ok r -> r.Checks |> List.filter (fun c -> not c.Passed) |> List.map (fun c -> c.Name)
    | Error found -> failwith $"{found}"

[<Tests>]
let tests =
    testList
        "MeltingTests"
        [
            test "Sodium's entropies and energies give its melting temperature" {
                match melt sodium conditions input with
                | Error found -> failwith $"{found}"
                | Ok r ->
                    // −3.567 + 4.45 + ln(41.263/40.356) by hand, with the tables' own mean volumes (0.003/√400 each).
                    Expecting.inRange (float r.DeltaEntropy.Value) 0.9037 0.9067 "Δs of sodium"
                    Expect.equal r.DeltaEntropy.Direction Direction.NoBound "a difference of bounds is no bound"

                    Expect.equal r.Solid.Bound.ExcessEntropy.Direction Direction.UpperBound "each entropy is a bound"
                    // 2.749 kJ/mol; one table's mean energy is known to 1 eV/(27 √400) = 0.18 kJ/mol: four errors of a difference.
                    Expecting.inRange (float r.DeltaEnthalpy.Value) 1.74 3.76 "Δh of sodium"

                    let expected =
                        float r.DeltaEnthalpy.Value / (float r.DeltaEntropy.Value * float gasConstant)

                    Expecting.decimals 6 (float r.MeltingTemperature.Value) expected "T_m is Δh/Δs"

                    Expect.equal r.GibbsCurve.Length 81 "the curve has its points"

                    Expect.exists
                        r.Checks
                        (fun c -> c.Name = "solid: calibration" && c.Passed)
                        "the solid is calibrated"

                    Expect.contains r.Settings ("liquid_seed", "1") "the settings say which phase they are of"
            }

            test "The curve shows the melting temperature" {
                match melt sodium conditions input with
                | Error found -> failwith $"{found}"
                | Ok r ->
                    let temperatures = r.GibbsCurve |> Array.map (fun p -> p.Temperature)

                    Expect.isTrue
                        (Array.min temperatures < min r.Temperature r.MeltingTemperature.Value)
                        "the curve begins below both temperatures"

                    Expect.isTrue
                        (Array.max temperatures > max r.Temperature r.MeltingTemperature.Value)
                        "it ends above both"
            }

            test "Every fault is reported before anything is scanned" {
                let never _ _ _ = failwith "scanned"

                let broken =
                    { input with
                        Liquid = [||]
                        SolidThermo =
                            { input.SolidThermo with
                                Rows = input.SolidThermo.Rows[..3]
                            }
                    }

                let found =
                    faults
                        never
                        {
                            Temperature = nan * 1.0<K>
                            Pressure = infinity * 1.0<bar>
                        }
                        broken
                // Temperature, pressure, no liquid, two short columns of one table told once.
                Expect.equal found.Length 4 "all four are told"

                for temperature in [ 0.0; -350.0; nan; infinity ] do
                    Expecting.single
                        (faults
                            never
                            { conditions with
                                Temperature = temperature * 1.0<K>
                            }
                            input)
                        "a wrong temperature is one fault"
                    |> ignore
            }

            test "Phases of different composition are refused" {
                let potassium =
                    input.Liquid |> Array.map (fun s -> { s with SpeciesNames = [| "K" |] })

                match faults sodium conditions { input with Liquid = potassium } with
                | [ MiceError.Mismatch(_, left, right) ] ->
                    Expect.equal (left, right) ("Na 100.0 %", "K 100.0 %") "both compositions are named"
                | other -> failwith $"{other}"
            }

            test "A phase whose atoms change from snapshot to snapshot is refused before anything is scanned" {
                let never _ _ _ = failwith "scanned"

                let grown (s: Snapshot) =
                    { s with
                        Species = Array.zeroCreate 28
                        Positions = Array.append s.Positions [| 0.1; 0.2; 0.3 |]
                    }

                let message =
                    { input with
                        Liquid = input.Liquid |> Array.mapi (fun i s -> if i = 4 then grown s else s)
                    }
                    |> faults never conditions

                Expect.stringContains
                    (Expecting.single message "faults" |> MiceError.message)
                    "the entropy of the liquid, do not match: 27 in snapshot 1 (step 0) against 28 in snapshot 5 (step 4)"
                    "phase, snapshots and both numbers"
            }

            test "A configuration that is there twice is refused before anything is scanned" {
                let never _ _ _ = failwith "scanned"

                let copied =
                    { input with
                        Liquid = Array.append input.Liquid [| input.Liquid[4] |]
                    }

                let message =
                    Expecting.single (faults never conditions copied) "faults" |> MiceError.message

                Expect.stringContains message "liquid: snapshot 21 (step 4) is a copy of snapshot 5 (step 4)" message
            }

            test "Faults of a scan are handed on" {
                let fault = MiceError.TooFewData("snapshots", 2, 5, "Run longer.")

                let scan (method: ParticleMethod) run given =
                    match method with
                    | ParticleMethod.Scan options when options.Symmetry = Symmetry.Isotropic -> Error [ fault ]
                    | _ -> sodium method run given

                Expect.equal (faults scan conditions input) [ fault ] "the fault is the scan's"
            }

            test "Thermo tables of another run and wrong temperatures fail a check" {
                let swapped =
                    { input with
                        SolidThermo = thermo 5UL -1.06 38.0
                    }

                Expect.contains
                    (failed sodium conditions swapped)
                    "solid: snapshots and thermo table agree on the volume"
                    "a table of another volume fails"

                let hot =
                    { conditions with
                        Temperature = 400.0<K>
                    }

                Expect.contains
                    (failed sodium hot input)
                    "liquid: the run was at the temperature given"
                    "another temperature fails"
            }

            test "A table whose errors allow anything fails as well" {
                // Volumes that change by a third and temperatures by a half every 100 rows: their errors are larger than what is wrong.
                let wild =
                    { input with
                        SolidThermo =
                            { input.SolidThermo with
                                Rows =
                                    input.SolidThermo.Rows
                                    |> Array.mapi (fun i row ->
                                        let sign = if i / 100 % 2 = 0 then 1.0 else -1.0
                                        [| row[0]; 385.0 + sign * 175.0; 1.05 * row[2] * (1.0 + sign / 3.0); row[3] |])
                            }
                    }

                let names = failed sodium conditions wild
                Expect.contains names "solid: snapshots and thermo table agree on the volume" "5 % more volume"
                Expect.contains names "solid: the run was at the temperature given" "35 K too hot"
            }

            test "A liquid with less entropy than the solid fails a check and has no melting temperature" {
                let scan (method: ParticleMethod) (_: Run) given =
                    match method with
                    | ParticleMethod.Scan options when options.Symmetry = Symmetry.Cubic ->
                        bound -3.0 0.01 40.356 given |> scan |> ParticleEntropy.Scan |> Ok
                    | _ -> bound -4.0 0.01 41.263 given |> scan |> ParticleEntropy.Scan |> Ok

                Expect.contains
                    (failed scan conditions input)
                    "entropy and enthalpy rise on melting"
                    "an entropy that falls fails"

                match melt scan conditions input with
                | Ok r ->
                    Expect.isTrue (Double.IsNaN(float r.MeltingTemperature.Value)) "there is no melting temperature"
                | Error found -> failwith $"{found}"
            }

            test "The progress of both phases is one progress that rises" {
                let told = ResizeArray<Progress>()

                let options =
                    MeltingOptions.create (ParticleMethod.Scan ScanOptions.defaults) conditions

                let found =
                    Melting.estimateBy sodium options { Run.quiet with Progress = told.Add } input

                Expect.isOk found "sodium melts"
                Expect.equal [ for p in told -> p.Fraction ] [ 0.25; 0.75 ] "each phase is one half"
                Expect.equal told[1].Phase "liquid: network 1 of 3" "the phase is named"
            }

            test "Energies of the snapshots take the thermal noise out of the entropies" {
                // The fake entropies of snapshots are exactly the control variate plus a constant: what is left has no noise at all.
                let table = input.SolidThermo
                let atoms, beta = 27.0, 1.0 / float (boltzmann * conditions.Temperature)

                let controlOf (step: int64) =
                    let row = table.Rows[int step]
                    let enthalpy = row[3] + row[2] * float eVPerCubicAngstromPerBar
                    beta * enthalpy / atoms - log (row[2] / atoms)

                let scan (_: ParticleMethod) (_: Run) (given: Snapshot[]) =
                    { bound -4.0 0.01 40.356 given with
                        BySnapshot =
                            given
                            |> Array.mapi (fun i s ->
                                {
                                    Step = s.Step
                                    Network = i % 3
                                    Entropy = controlOf s.Step - 7.0
                                    Passes = [| struct (controlOf s.Step - 7.0, controlOf s.Step - 7.0) |]
                                })
                    }
                    |> scan
                    |> ParticleEntropy.Scan
                    |> Ok

                match
                    melt
                        scan
                        conditions
                        { input with
                            Liquid = input.Solid
                            LiquidThermo = table
                        }
                with
                | Error found -> failwith $"{found}"
                | Ok r ->
                    let all = [| for row in table.Rows -> controlOf (int64 row[0]) |]

                    Expecting.decimals
                        9
                        (float r.Solid.Bound.ExcessEntropy.Value)
                        (Array.average all - 7.0)
                        "the mean is that over the table"
                    // Only the error of the mean over the table is left.
                    Expecting.decimals
                        9
                        (float r.Solid.Bound.ExcessEntropy.StandardError)
                        (Statistics.blocking all)
                        "so is the error"
            }
        ]
