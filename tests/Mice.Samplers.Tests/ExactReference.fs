/// Slow obvious twins, and where the reference tables are.
module Mice.Samplers.Tests.ExactReference

open Expecto
open System
open System.IO
open Mice
open Mice.Samplers

/// The folder with enumerated Ising tables, which is not part of the repository.
let tables: string option = Repository.reference [ "ising" ]

/// Skips the test unless it finds the reference tables.
let needsTables () =
    if tables.IsNone then
        skiptest "the reference tables are not here"

/// The lines of a table below its heading, as numbers.
let readTable (name: string) : float[][] =
    File.ReadAllLines(Path.Combine(tables.Value, name))
    |> Array.tail
    |> Array.map (fun line ->
        line.Split ',' |> Array.map (fun x -> Double.Parse(x, Globalization.CultureInfo.InvariantCulture)))

let isFault (result: Result<'a, MiceError list>) =
    match result with
    | Ok _ -> failtest "a fault was expected"
    | Error faults -> Expect.isNonEmpty faults "the faults have a text"

let close (tolerance: float) (expected: float) (actual: float) =
    Expecting.within tolerance actual expected "the two agree"

/// All five averages agree.
let sameAverages (tolerance: float) (expected: ThermalAverages) (actual: ThermalAverages) =
    close tolerance (float expected.LogPartitionFunction) (float actual.LogPartitionFunction)
    close tolerance expected.Energy actual.Energy
    close tolerance (float expected.Entropy) (float actual.Entropy)
    close tolerance (float expected.HeatCapacity) (float actual.HeatCapacity)
    close tolerance expected.Magnetisation actual.Magnetisation

/// Every configuration of a small torus and its probability.
let boltzmann (model: IsingModel) : (sbyte[] * float)[] =
    let sites = IsingModel.sites model

    let states = Array.init (1 <<< sites) (spinsOf sites)

    let weights =
        states |> Array.map (fun s -> exp (-IsingModel.energy model s / model.Temperature))

    let z = Array.sum weights
    Array.map2 (fun s w -> s, w / z) states weights

/// Mean of a quantity over all configurations.
let mean (model: IsingModel) (quantity: sbyte[] -> float) =
    boltzmann model |> Array.sumBy (fun (s, p) -> p * quantity s)

/// Entropy of what a function tells of a configuration.
let entropyOf (law: (sbyte[] * float)[]) (part: sbyte[] -> 'k) : float =
    law
    |> Array.groupBy (fun (s, _) -> part s)
    |> Array.sumBy (fun (_, group) ->
        let p = group |> Array.sumBy snd
        -p * log p)

/// Small models of all kinds: both lattices, both signs of J, with and without a field, doubled bonds, odd sides.
let smallModels: IsingModel list =
    [
        for lattice in [ Lattice.Square; Lattice.Triangular ] do
            for rows, columns in [ 2, 2; 2, 5; 3, 2; 3, 4; 4, 3 ] do
                for coupling, field, temperature in [ 1.0, 0.0, 1.0; -0.7, 0.0, 0.9; 1.3, 0.4, 2.5; -1.0, -0.8, 1.7 ] do
                    {
                        Lattice = lattice
                        Rows = rows
                        Columns = columns
                        Coupling = coupling
                        Field = field
                        Temperature = temperature
                    }
    ]
