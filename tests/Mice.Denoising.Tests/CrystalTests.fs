module Mice.Denoising.Tests.CrystalTests

open System
open Expecto
open Mice
open Mice.Atoms
open Mice.Denoising
open Mice.Tensors

/// Atoms of a lattice of cubic cells of 3 Å, each displaced by its own normal numbers, moved together to anywhere; numbered at random, the same in all snapshots.
let internal crystal (places: (float * float * float) list) side (sigma: float) count : Snapshot[] =
    let cell = Cell.cubic (3.0 * float side)

    let sites =
        [|
            for i in 0 .. side - 1 do
                for j in 0 .. side - 1 do
                    for k in 0 .. side - 1 do
                        for x, y, z in places -> [| 3.0 * (float i + x); 3.0 * (float j + y); 3.0 * (float k + z) |]
        |]

    (Key.generator (Key.ofSeed 5UL)).Shuffle sites

    Array.init count (fun s ->
        let g = Key.ofSeed 6UL |> Key.item s |> Key.generator
        let common = Array.init 3 (fun _ -> 50.0 * g.NextFloat())

        { Snapshot.ofPositions
              "A"
              cell
              (sites |> Array.collect (Array.mapi (fun k x -> x + common[k] + sigma * g.NextNormal()))) with
            Step = int64 s
        })

let private simple = [ 0.0, 0.0, 0.0 ]
let internal bodyCentred = [ 0.0, 0.0, 0.0; 0.5, 0.5, 0.5 ]

let private diamond =
    [
        for x, y, z in [ 0.0, 0.0, 0.0; 0.0, 0.5, 0.5; 0.5, 0.0, 0.5; 0.5, 0.5, 0.0 ] do
            x, y, z
            x + 0.25, y + 0.25, z + 0.25
    ]

let internal found snapshots =
    match CrystalSites.find snapshots with
    | Ok sites -> sites
    | Error reason -> failtest reason

/// Excess entropy per atom of n atoms of a lattice with one atom in a cell of volume v, displaced by normal numbers relative to their centre, which is anywhere.
let private exact (sigma: float) (n: int) (volumePerAtom: float) =
    let atoms = float n
    let orders = Seq.sum (Seq.init n (fun i -> log (float (i + 1))))

    (1.5 * (atoms - 1.0) * log (2.0 * Math.PI * Math.E * sigma * sigma)
     + 1.5 * log atoms
     + log volumePerAtom
     + orders
     - atoms * log (atoms * volumePerAtom))
    / atoms

/// Noise and its opposite added to a snapshot, the same for every σ.
let private withNoise sigma i (s: Snapshot) : NoisyAtoms list =
    let noise = NoisyAtoms.noise 3 (Snapshot.count s) (Key.ofSeed 9UL |> Key.item i)

    [
        for sign in [ 1.0; -1.0 ] ->
            noise |> Array.map (fun e -> sign * e) |> NoisyAtoms.withNoise s.Cell s.Positions sigma
    ]

/// −ln q of snapshots with noise.
let private crossEntropies modes sigma (snapshots: Snapshot[]) : float[] =
    snapshots
    |> Array.mapi (fun i s -> withNoise sigma i s |> List.averageBy (CrystalModes.surpriseOf modes s.Species))

[<Tests>]
let tests =
    testList
        "CrystalTests"
        [
            test "The lattice is found, whatever the order of the atoms and wherever it is" {
                for places, cells, inCell, distance in
                    [
                        simple, 64, 1, 3.0
                        bodyCentred, 128, 1, 3.0 * sqrt 0.75
                        diamond, 256, 2, 3.0 * sqrt (3.0 / 16.0)
                    ] do
                    let snapshots = crystal places 4 (0.05 * distance) 12
                    let sites = found snapshots
                    Expect.equal (TranslationGroup.count sites.Group) cells "vectors of the lattice"
                    Expect.equal sites.Places inCell "atoms of a cell"
                    // The largest of some thousand displacements of 0.05 √3 is four or five times as long.
                    Expecting.inRange (CrystalSites.farthest sites snapshots) 0.1 0.3 "atoms are near their sites"
            }

            test "A gas has no sites, and its atoms are not near their mean places" {
                let snapshots = Array.init 6 (fun i -> EdgesTests.gas 30 (uint64 (20 + i)))
                Expect.isError (CrystalSites.find snapshots) "no vector maps it onto itself"
                // Half a box of some 12 Å.
                Expect.isGreaterThan (CrystalSites.spread snapshots) 3.0 "distance from mean places"
                // √3 · 0.2 Å, less what the mean of 40 snapshots follows: 1 %.
                Expecting.within 0.02 (CrystalSites.spread (crystal simple 4 0.2 40)) (0.2 * sqrt 3.0) "of a crystal"
            }

            test "The cross-entropy of independent atoms is their entropy" {
                let sigma, noise = 0.2, 0.1

                for places, symmetry, parameters in
                    [
                        simple, Symmetry.Cubic, 10.0
                        bodyCentred, Symmetry.Cubic, 10.0
                        simple, Symmetry.None, 1.5 * 64.0 * 3.0
                    ] do
                    let snapshots = crystal places 4 sigma 400
                    let sites = found snapshots
                    let modes = CrystalModes.create symmetry sites (Array.take 200 snapshots)
                    let test = Array.skip 200 snapshots
                    let values = crossEntropies modes noise test
                    let n = Snapshot.count snapshots[0]

                    let wanted =
                        exact (sqrt (sigma * sigma + noise * noise)) n (Snapshot.volumePerAtom snapshots[0])

                    let error = Statistics.standardError values
                    // What the covariances learned by heart: half a nat for each parameter and training snapshot, at most.
                    let learned = 0.5 * parameters / 200.0 / float n

                    Expecting.inRange
                        (Array.average values)
                        (wanted - 4.0 * error)
                        (wanted + 4.0 * error + 2.0 * learned)
                        "it is"
            }

            test "What the waves find of the noise is the slope of their cross-entropy" {
                let snapshots = crystal bodyCentred 4 0.3 40
                let sites = found snapshots
                let modes = CrystalModes.create Symmetry.Cubic sites (Array.take 20 snapshots)
                let sigma = 0.25
                let test = Array.skip 20 snapshots

                let explained =
                    test
                    |> Array.mapi (fun i s ->
                        withNoise sigma i s
                        |> List.averageBy (fun noisy ->
                            CrystalModes.predict modes noisy
                            |> Array.map2 (fun e p -> p * (2.0 * e - p)) noisy.Noise
                            |> Array.sum
                            |> fun sum -> sum / float (Snapshot.count s)))

                let slopes =
                    Array.map2
                        (fun above below -> (above - below) / (2.0 * log 1.01))
                        (crossEntropies modes (sigma * 1.01) test)
                        (crossEntropies modes (sigma / 1.01) test)

                // Four errors of the difference; the noise is the same on both sides.
                let difference = Array.map2 (-) explained slopes

                Expecting.within
                    (4.0 * Statistics.standardError difference)
                    (Array.average difference)
                    0.0
                    "the slope over ln σ"
            }
        ]
