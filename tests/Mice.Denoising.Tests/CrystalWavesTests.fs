module Mice.Denoising.Tests.CrystalWavesTests

open System
open Expecto
open Mice
open Mice.Atoms
open Mice.Denoising

/// Groups of translations of some crystals: the unit, vectors in that unit, how many there are.
let private groups =
    [
        // Simple cubic, 3 × 4 × 5 cells, in units of 1/60.
        60L, [ [| 20L; 0L; 0L |]; [| 0L; 15L; 0L |]; [| 0L; 0L; 12L |] ], 60
        // Body-centred, 3 × 3 × 3 cubes.
        54L, [ [| 9L; 9L; 9L |]; [| 18L; 0L; 0L |]; [| 0L; 18L; 0L |] ], 54
        // Face-centred, 2 × 2 × 2 cubes.
        32L, [ [| 8L; 8L; 0L |]; [| 8L; 0L; 8L |]; [| 0L; 8L; 8L |] ], 32
        // One vector that goes through the box askew.
        35L, [ [| 1L; 7L; 30L |] ], 35
        // Nothing but the box.
        12L, [], 1
    ]

/// Σ kᵢgᵢ/dᵢ and n·t differ by whole turns.
let private agree (group: TranslationGroup) (wave: int) (translation: int) =
    let d = group.Orders

    let coordinates p =
        [| p / (d[1] * d[2]); p / d[2] % d[1]; p % d[2] |]

    let t, n =
        TranslationGroup.translation group translation, TranslationGroup.turns group wave

    let turns = Seq.sum (Seq.init 3 (fun x -> float n[x] * t[x]))

    let byCoordinates =
        Array.map3 (fun k g d -> float (k * g) / float d) (coordinates wave) (coordinates translation) d
        |> Array.sum

    let difference = turns - byCoordinates
    abs (difference - Math.Round difference) < 1e-9

/// A crystal of 3 × 2 × 2 body-centred cubes with two species, in a slanted box; its atoms in any order.
let private slanted () : CrystalSites =
    let cell =
        match
            Cell.create [| 9.0; 0.0; 0.0; 1.0; 6.0; 0.0; 0.5; 0.3; 6.0 |] (Array.zeroCreate 3) [| true; true; true |]
        with
        | Ok cell -> cell
        | Error reason -> failtest reason

    let sites =
        [|
            for i in 0..2 do
                for j in 0..1 do
                    for k in 0..1 do
                        for half, species in [ 0.0, 0; 0.5, 1 ] ->
                            [| (float i + half) / 3.0; (float j + half) / 2.0; (float k + half) / 2.0 |], species
        |]

    (Key.ofSeed 2UL |> Key.generator).Shuffle sites

    let snapshot i =
        { Snapshot.ofPositions "A" cell (sites |> Array.collect fst |> Cell.cartesian cell) with
            Species = sites |> Array.map snd
            SpeciesNames = [| "A"; "B" |]
            Step = int64 i
        }

    Array.init 2 snapshot |> CrystalTests.found

[<Tests>]
let tests =
    testList
        "CrystalWavesTests"
        [
            test "Translations and waves of a group are known by their coordinates" {
                for unit, vectors, wanted in groups do
                    let group = TranslationGroup.ofVectors unit vectors
                    let all = [ 0 .. wanted - 1 ]
                    Expect.equal (TranslationGroup.count group) wanted $"translations, {vectors}"

                    Expect.isTrue
                        (List.allPairs all all |> List.forall (fun (k, g) -> agree group k g))
                        $"phases, {vectors}"

                    Expect.isTrue
                        (all
                         |> List.forall (fun k -> TranslationGroup.waveOf group (TranslationGroup.turns group k) = k))
                        $"waves are found by their turns, {vectors}"

                    Expect.equal
                        (all |> List.distinctBy (TranslationGroup.translation group) |> List.length)
                        wanted
                        $"all are different, {vectors}"

                    for k in all do
                        let back = TranslationGroup.turns group k |> Array.map (~-)
                        Expect.equal (TranslationGroup.opposite group k) (TranslationGroup.waveOf group back) "opposite"
            }

            test "Amplitudes are an orthogonal transform, that of sums over cells" {
                let crystal = slanted ()
                Expect.equal crystal.Places 2 "two species, so no body-centred translation"
                let waves = CrystalWaves.create crystal
                let g = Key.ofSeed 3UL |> Key.generator
                let moved = Array.init (3 * crystal.Cell.Length) (fun _ -> g.NextNormal())
                let found = CrystalWaves.amplitudes waves moved
                let back = CrystalWaves.displacements waves found

                Expecting.within 1e-12 (Array.map2 (fun a b -> abs (a - b)) moved back |> Array.max) 0.0 "and back"

                let cells = TranslationGroup.count crystal.Group

                for w in 0 .. waves.Places.Length - 1 do
                    let n = TranslationGroup.turns crystal.Group waves.Places[w]
                    let rows = waves.Rows[w]

                    for i in 0..5 do
                        let part f atom =
                            let t = TranslationGroup.translation crystal.Group crystal.Cell[atom]
                            let turns = Seq.sum (Seq.init 3 (fun x -> float n[x] * t[x]))
                            f (2.0 * Math.PI * turns) * moved[3 * atom + i % 3]

                        let sum f =
                            [ 0 .. crystal.Cell.Length - 1 ]
                            |> List.filter (fun atom -> crystal.Place[atom] = i / 3)
                            |> List.sumBy (part f)

                        let scale = sqrt (float rows.Length / float cells)
                        Expecting.within 1e-11 found[rows[0] * 6 + i] (scale * sum cos) "cos"

                        if rows.Length = 2 then
                            Expecting.within 1e-11 found[rows[1] * 6 + i] (scale * sum sin) "sin"
            }

            test "Large crystals are found in seconds" {
                let sites =
                    CrystalTests.crystal CrystalTests.bodyCentred 20 0.1 3 |> CrystalTests.found

                Expect.equal (TranslationGroup.count sites.Group) 16000 "all atoms are alike"
            }
        ]
