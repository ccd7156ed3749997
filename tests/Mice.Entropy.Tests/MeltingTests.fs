module Mice.Entropy.Tests.MeltingTests

open System
open System.Threading
open Mice
open Mice.Atoms
open Mice.Autoregressive
open Mice.Entropy
open Mice.Entropy.Tests.FakeScan
open Xunit

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
    let options = MeltingOptions.create ScanOptions.defaults conditions
    Melting.estimateBy scan options CancellationToken.None ignore MeltingStores.none input

let private faults scan conditions input =
    match melt scan conditions input with
    | Ok _ -> []
    | Error found -> found

[<Fact>]
let ``Sodium's entropies and energies give its melting temperature`` () =
    match melt sodium conditions input with
    | Error found -> failwith $"{found}"
    | Ok r ->
        // −3.567 + 4.45 + ln(41.263/40.356) by hand, with the tables' own mean volumes (0.003/√400 each).
        Assert.InRange(float r.DeltaEntropy.Value, 0.9037, 0.9067)
        Assert.Equal(Direction.NoBound, r.DeltaEntropy.Direction)
        Assert.Equal(Direction.UpperBound, r.Solid.ExcessEntropy.Direction)
        // 2.749 kJ/mol; one table's mean energy is known to 1 eV/(27 √400) = 0.18 kJ/mol: four errors of a difference.
        Assert.InRange(float r.DeltaEnthalpy.Value, 1.74, 3.76)

        let expected =
            float r.DeltaEnthalpy.Value / (float r.DeltaEntropy.Value * float gasConstant)

        Assert.Equal(expected, float r.MeltingTemperature.Value, 6)
        Assert.Equal(81, r.GibbsCurve.Length)
        Assert.Contains(r.Checks, fun c -> c.Name = "solid: calibration" && c.Passed)
        Assert.Contains(("liquid_seed", "1"), r.Settings)

[<Fact>]
let ``The curve shows the melting temperature`` () =
    match melt sodium conditions input with
    | Error found -> failwith $"{found}"
    | Ok r ->
        let temperatures = r.GibbsCurve |> Array.map (fun p -> p.Temperature)
        Assert.True(Array.min temperatures < min r.Temperature r.MeltingTemperature.Value)
        Assert.True(Array.max temperatures > max r.Temperature r.MeltingTemperature.Value)

[<Fact>]
let ``Every fault is reported before anything is scanned`` () =
    let never _ _ _ _ _ = failwith "scanned"

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
    Assert.Equal(4, found.Length)

    for temperature in [ 0.0; -350.0; nan; infinity ] do
        Assert.Single(
            faults
                never
                { conditions with
                    Temperature = temperature * 1.0<K>
                }
                input
        )
        |> ignore

[<Fact>]
let ``Phases of different composition are refused`` () =
    let potassium =
        input.Liquid |> Array.map (fun s -> { s with SpeciesNames = [| "K" |] })

    match faults sodium conditions { input with Liquid = potassium } with
    | [ MiceError.Mismatch(_, left, right) ] -> Assert.Equal(("Na 100.0 %", "K 100.0 %"), (left, right))
    | other -> failwith $"{other}"

[<Fact>]
let ``Faults of a scan are handed on`` () =
    let fault = MiceError.TooFewData("snapshots", 2, 5, "Run longer.")

    let scan (options: ScanOptions) cancel progress store given =
        if options.Symmetry = Symmetry.Isotropic then
            Error [ fault ]
        else
            sodium options cancel progress store given

    Assert.Equal<MiceError list>([ fault ], faults scan conditions input)

let private failed scan conditions input =
    match melt scan conditions input with
    | Ok r -> r.Checks |> List.filter (fun c -> not c.Passed) |> List.map (fun c -> c.Name)
    | Error found -> failwith $"{found}"

[<Fact>]
let ``Thermo tables of another run and wrong temperatures fail a check`` () =
    let swapped =
        { input with
            SolidThermo = thermo 5UL -1.06 38.0
        }

    Assert.Contains("solid: snapshots and thermo table agree on the volume", failed sodium conditions swapped)

    let hot =
        { conditions with
            Temperature = 400.0<K>
        }

    Assert.Contains("liquid: the run was at the temperature given", failed sodium hot input)

[<Fact>]
let ``A liquid with less entropy than the solid fails a check and has no melting temperature`` () =
    let scan (options: ScanOptions) _ _ _ given =
        if options.Symmetry = Symmetry.Cubic then
            Ok(result -3.0 0.01 40.356 given)
        else
            Ok(result -4.0 0.01 41.263 given)

    Assert.Contains("entropy and enthalpy rise on melting", failed scan conditions input)

    match melt scan conditions input with
    | Ok r -> Assert.True(Double.IsNaN(float r.MeltingTemperature.Value))
    | Error found -> failwith $"{found}"

[<Fact>]
let ``The progress of both phases is one progress that rises`` () =
    let told = ResizeArray<Progress>()
    let options = MeltingOptions.create ScanOptions.defaults conditions

    Melting.estimateBy sodium options CancellationToken.None told.Add MeltingStores.none input
    |> Result.isOk
    |> Assert.True

    Assert.Equal<float list>([ 0.25; 0.75 ], [ for p in told -> p.Fraction ])
    Assert.Equal("liquid: network 1 of 3", told[1].Phase)

[<Fact>]
let ``Energies of the snapshots take the thermal noise out of the entropies`` () =
    // The fake entropies of snapshots are exactly the control variate plus a constant: what is left has no noise at all.
    let table = input.SolidThermo
    let atoms, beta = 27.0, 1.0 / float (boltzmann * conditions.Temperature)

    let controlOf (step: int64) =
        let row = table.Rows[int step]
        let enthalpy = row[3] + row[2] * float eVPerCubicAngstromPerBar
        beta * enthalpy / atoms - log (row[2] / atoms)

    let scan (_: ScanOptions) _ _ _ (given: Snapshot[]) =
        Ok
            { result -4.0 0.01 40.356 given with
                BySnapshot =
                    given
                    |> Array.mapi (fun i s ->
                        {
                            Step = s.Step
                            Network = i % 3
                            Entropy = controlOf s.Step - 7.0
                            MeanRatio = 1.0
                            Sweeps = [| struct (controlOf s.Step - 7.0, controlOf s.Step - 7.0) |]
                        })
            }

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
        Assert.Equal(Array.average all - 7.0, float r.Solid.ExcessEntropy.Value, 9)
        // Only the error of the mean over the table is left.
        Assert.Equal(Statistics.blocking all, float r.Solid.ExcessEntropy.StandardError, 9)
