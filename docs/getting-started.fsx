(**
---
title: Getting started
category: Overview
categoryindex: 1
index: 2
---
# Getting started

## From a bare machine

The .NET SDK is all that has to be there, on any x64 Linux, without root: everything else comes as packages.

```text
dotnet fsi build.fsx demo
dotnet fsi build.fsx test
```

The first is the main job on small real data: 20 snapshots of solid and 20 of liquid sodium at 350 K, which are in the
repository. It prints a table and writes `artifacts/demo/report.html`. The second runs all tests.
`dotnet fsi build.fsx help` lists the rest.

## Reading what a simulation wrote

This page is a program that the documentation build runs: the output below is real.
*)
(*** hide ***)
#r "../src/Mice.Cli/bin/Release/net10.0/MathNet.Numerics.dll"
#r "../src/Mice.Cli/bin/Release/net10.0/Mice.Core.dll"
#r "../src/Mice.Cli/bin/Release/net10.0/Mice.Atoms.dll"
#r "../src/Mice.Cli/bin/Release/net10.0/Mice.Tensors.dll"
#r "../src/Mice.Cli/bin/Release/net10.0/Mice.Learning.dll"
#r "../src/Mice.Cli/bin/Release/net10.0/Mice.Autoregressive.dll"
#r "../src/Mice.Cli/bin/Release/net10.0/Mice.Entropy.dll"

let sodium name =
    System.IO.Path.Combine(__SOURCE_DIRECTORY__, "data", "na", name)

let orFail result =
    match result with
    | Ok value -> value
    | Error(faults: Mice.MiceError list) -> failwith (faults |> List.map Mice.MiceError.message |> String.concat "\n")
(**
A trajectory is a LAMMPS text dump or an extended XYZ file, plain or compressed; what it is, the reader sees from its content
([files of simulations](files.html)).
Readers return a `Result`: every fault of a file is a value with the file, the frame and the line in it. (`orFail` throws it;
`sodium` is the folder with the data.) Energies, forces and other columns are kept when asked for:
[files of simulations](files.html) says how.
*)
open Mice
open Mice.Atoms

let solid = Trajectory.read (sodium "solid.dump.gz") |> orFail
let liquid = Trajectory.read (sodium "liquid.dump.gz") |> orFail

let describe (trajectory: Trajectory) =
    let volumes = trajectory.Snapshots |> Array.map Snapshot.volumePerAtom
    let volume = Statistics.estimate Direction.Exact volumes
    $"{trajectory.Snapshots.Length} snapshots of {Snapshot.count trajectory.Snapshots[0]} atoms, {Estimate.format volume} Å³ per atom"

[ describe solid; describe liquid ]
(*** include-it ***)
(**
Energies come from a table with named columns: CSV, columns between blanks, or the log of a LAMMPS run. Rows of a simulation are correlated, so the error of a mean is found by blocking:
*)
let energyPerAtom file =
    ThermoTable.read (sodium file)
    |> orFail
    |> ThermoTable.column "U_eV"
    |> Result.mapError List.singleton
    |> orFail
    |> Array.map (fun energy -> energy / 1024.0)

let meanEnergy file =
    let energies = energyPerAtom file
    Estimate.create (Statistics.mean energies) (Statistics.blocking energies) Direction.Exact

let melting = Estimate.subtract (meanEnergy "liquid_thermo.csv") (meanEnergy "solid_thermo.csv")
Estimate.format (Estimate.scale (float kJPerMolPerEV) melting) + " kJ/mol"
(*** include-it ***)
(**
## Faults are values

A file that is not there, a frame that is cut off, a number that is none: each is one line.
*)
match Trajectory.read (sodium "gas.dump.gz") with
| Ok _ -> "read"
| Error faults -> faults |> List.map MiceError.message |> String.concat "\n" |> _.Replace(__SOURCE_DIRECTORY__, "docs")
(*** include-it ***)
(**
## The entropy of one phase

This takes minutes, so the page compiles it without running it. `DenoisingOptions.quick` trains shorter and gives a looser bound.
*)
(*** do-not-eval ***)
open Mice.Entropy

let options =
    { DenoisingOptions.defaults with
        Symmetry = Symmetry.Cubic }

let entropy () =
    DenoisingEntropy.estimate options Run.console solid.Snapshots
    |> Result.map (fun found -> Estimate.formatWithDirection found.Bound.ExcessEntropy)
(**
The second argument is the *run*: what a long computation is given besides its options and data. `Run.console` tells how far the work is,
`Run.quiet` tells nothing; both have seed 1 and all processor threads. Other runs are made from them, for example

```fsharp
{ Run.console with
    Key = Key.ofSeed 7UL
    Threads = 2
    Store = Some(RunStore.at "solid") }
```

which keeps its state in the directory `solid` and goes on from there, to the same numbers, when it was stopped.

## The whole job

On the command line:

```text
dotnet run -c Release --project src/Mice.Cli -- melt \
    --solid docs/data/na/solid.dump.gz --liquid docs/data/na/liquid.dump.gz \
    --solid-thermo docs/data/na/solid_thermo.csv --liquid-thermo docs/data/na/liquid_thermo.csv \
    --temperature 350 --report melting.html --json melting.json
```

Exit code 0 means done, 1 that the result did not pass its own checks (it is printed all the same, with the checks that failed), 2
that the input or the arguments are bad, 3 a fault of Mice itself. `--resume DIRECTORY` keeps the run in a directory, and goes on from there after an
interruption; without `--quick` the networks are larger and the bounds tighter.

What the numbers mean is in [Concepts](concepts.html).
*)
