module Mice.Rsmi.Tests.SamplesTests

open Expecto
open System.IO
open Mice
open Mice.Rsmi
open Mice.Samplers
open Mice.Testing
open Mice.Testing.Systems.KnownLaws

let private lattice: SiteLattice =
    {
        Shape = [| 8; 8 |]
        Periodic = [| true; true |]
        Channels = 1
    }

let private geometry: BlockGeometry =
    {
        Block = 2
        Buffer = 1
        Environment = Some 1
        Stride = 1
    }

let private samples (count: int) (perGroup: int) : RsmiSamples =
    let generator = Key.ofSeed 8UL |> Key.generator
    let regions = BlockGeometry.regions lattice geometry |> ok

    Array.init count (fun _ -> Array.init 64 (fun _ -> if generator.NextInt 2 = 0 then 1.0f else -1.0f))
    |> RsmiSource.ofArrays lattice perGroup []
    |> RsmiSamples.create regions
    |> ok

let private groupsOf samples places =
    places |> Array.map (RsmiSamples.group samples) |> Array.distinct |> Set.ofArray

let private save (path: string) (shape: int list) (numbers: float[]) =
    use stream = File.Create path
    NumPyArray.writeFloat64 shape [ numbers ] stream

let private message (result: Result<'a, MiceError list>) =
    match result with
    | Ok _ -> failtest "it was read"
    | Error faults -> faults |> List.map MiceError.message |> String.concat " "

[<Tests>]
let samplesTests =
    testList
        "RsmiSamples"
        [
            testPropertyWithConfig
                (Expecting.cases 40)
                "no group is in two parts, all are in one, and the parts have their shares"
            <| fun (seed: int) ->
                let perGroup = 1 + abs (seed % 7)
                let samples = samples 150 perGroup
                let count = 1000
                let split = RsmiSamples.split count (Key.ofSeed (uint64 seed)) samples
                let training = Set.ofArray split.Training

                let validation, test =
                    groupsOf samples split.Validation, groupsOf samples split.Test

                Expect.equal training.Count split.Training.Length "each group once"
                Expect.isEmpty (Set.intersect training validation) "training and validation"
                Expect.isEmpty (Set.intersect training test) "training and test"
                Expect.isEmpty (Set.intersect validation test) "validation and test"

                Expect.equal
                    (Set.unionMany [ training; validation; test ])
                    (set [ 0 .. samples.Groups - 1 ])
                    "all groups"

                let all = float samples.Groups
                // Whole groups: one of them at most is missing.
                Expecting.inRange (float training.Count) (0.6 * all - 1.0) (0.6 * all) "training"
                Expecting.inRange (float validation.Count) (0.1 * all - 1.0) (max 1.0 (0.1 * all)) "validation"

                for places, groups in [ split.Validation, validation; split.Test, test ] do
                    let wanted = count * groups.Count / samples.Groups
                    let own = places |> Array.map _.Configuration |> Array.distinct |> Array.length
                    // As many positions of every configuration, rounded up.
                    Expecting.inRange places.Length wanted (wanted + own) "samples of a part"

            test "all positions are taken where there are few" {
                let samples = samples 20 1
                let split = RsmiSamples.split 100000 (Key.ofSeed 1UL) samples
                Expect.hasLength split.Validation (2 * 64) "2 configurations at 64 positions"
                Expect.hasLength (Array.distinct split.Validation) (2 * 64) "each once"
                Expect.hasLength split.Test (6 * 64) "6 configurations"
            }

            testPropertyWithConfig
                (Expecting.cases 20)
                "draws are from the given groups, and from all of their configurations"
            <| fun (seed: int) ->
                // 26 groups, of which the last has one configuration.
                let samples = samples 101 4
                let generator = Key.ofSeed (uint64 seed) |> Key.generator
                let groups = [| 3; 17; 25 |]
                let places = RsmiSamples.draw generator 3000 groups samples
                Expect.equal (groupsOf samples places) (set groups) "groups"
                Expect.isTrue (places |> Array.forall (fun p -> p.Position >= 0 && p.Position < 64)) "positions"

                // One of 9 configurations is missed by 3,000 draws, each of a chance of 1/12 or more, with probability 9·(11/12)^3000 < 1e-100.
                Expect.equal
                    (places |> Array.map _.Configuration |> Set.ofArray)
                    (set [ 12..15 ] + set [ 68..71 ] + set [ 100 ])
                    "configurations"

            test "blocks are gathered from their places" {
                let samples = samples 20 1

                let places =
                    [| { Configuration = 3; Position = 0 }; { Configuration = 7; Position = 9 } |]

                let found = RsmiSamples.visible samples places
                let c = samples.Source.Configurations
                // The second block begins at row 1, column 1.
                Expect.equal
                    found
                    [|
                        c[3].[0]
                        c[3].[1]
                        c[3].[8]
                        c[3].[9]
                        c[7].[9]
                        c[7].[10]
                        c[7].[17]
                        c[7].[18]
                    |]
                    "spins"
            }
        ]

[<Tests>]
let sources =
    testList
        "RsmiSource"
        [
            test "mirrored coverings are coverings of the same energy, and twice mirrored ones are what they were" {
                let model = DimerModel.square 4 1.0

                let known =
                    DimerEnumeration.coverings model
                    |> ok
                    |> Array.map (fun c ->
                        DimerModel.bonds c |> Array.map float32 |> List.ofArray, DimerModel.parallelPairs model c)

                let energies = dict known

                for bonds, pairs in known do
                    let image = RsmiSource.mirrored 4 (Array.ofList bonds)
                    Expect.isTrue (energies.ContainsKey(List.ofArray image)) "a covering"
                    Expect.equal energies[List.ofArray image] pairs "its energy"
                    Expect.equal (RsmiSource.mirrored 4 image |> List.ofArray) bonds "twice"
            }

            test "a mirror turns bonds to the right into bonds down" {
                let bonds = Array.zeroCreate 32
                // The bond to the right of row 1, column 2.
                bonds[6] <- 1.0f
                let image = RsmiSource.mirrored 4 bonds
                Expect.equal (Array.findIndex ((=) 1.0f) image) (16 + 9) "the bond below row 2, column 1"
                Expect.equal (Array.sum image) 1.0f "one bond"
            }

            test "spins are measured from 0, other numbers from the mean of their channel" {
                let spins =
                    Array.init 16 (fun i -> Array.create 64 (if i % 4 = 0 then -1.0f else 1.0f))

                Expect.equal (RsmiSource.ofArrays lattice 1 [] spins).Origins [| 0.0 |] "spins"

                let two =
                    Array.init 16 (fun i -> Array.append (Array.create 64 (float32 i)) (Array.create 64 3.0f))

                Expect.equal
                    (RsmiSource.ofArrays { lattice with Channels = 2 } 1 [] two).Origins
                    [| 7.5; 3.0 |]
                    "counts"
            }
        ]

[<Tests>]
let files =
    testList
        "ConfigurationFile"
        [
            test "what was written is read" {
                inFolder (fun folder ->
                    let path = Path.Combine(folder, "c.npy")
                    let generator = Key.ofSeed 2UL |> Key.generator
                    let numbers = Array.init (10 * 3 * 4 * 6) (fun _ -> generator.NextNormal())
                    save path [ 10; 3; 4; 6 ] numbers
                    let found = ConfigurationFile.read ConfigurationKind.Numbers 3 false 2 path |> ok

                    Expect.equal
                        found.Lattice
                        {
                            Shape = [| 4; 6 |]
                            Periodic = [| false; false |]
                            Channels = 3
                        }
                        "lattice"

                    Expect.equal found.PerGroup 2 "groups"
                    Expect.equal (Array.concat found.Configurations) (Array.map float32 numbers) "numbers"
                    Expect.equal found.Settings [ "file", "c.npy" ] "settings"
                    // One channel of three axes.
                    save path [ 10; 3; 4; 6 ] numbers
                    let cube = ConfigurationFile.read ConfigurationKind.Numbers 1 true 1 path |> ok
                    Expect.equal cube.Lattice.Shape [| 3; 4; 6 |] "a cube")
            }

            test "coverings become bonds" {
                inFolder (fun folder ->
                    let path = Path.Combine(folder, "d.npy")
                    let coverings = DimerEnumeration.coverings (DimerModel.square 4 1.0) |> ok
                    save path [ coverings.Length; 4; 4 ] (coverings |> Array.collect (Array.map float))
                    let found = ConfigurationFile.read ConfigurationKind.Dimers 1 true 1 path |> ok
                    Expect.equal found.Lattice.Channels 2 "channels"
                    Expect.equal found.Origins [| 0.25; 0.25 |] "origins"
                    Expect.equal found.Configurations (dimers infinity).States "bonds")
            }

            test "faults say where they are" {
                inFolder (fun folder ->
                    let path = Path.Combine(folder, "f.npy")

                    let told kind channels (shape: int list) (numbers: float[]) =
                        save path shape numbers
                        ConfigurationFile.read kind channels true 1 path |> message

                    let spins = Array.create 32 1.0
                    let other = spins |> Array.mapi (fun i s -> if i = 21 then 0.5 else s)

                    let stringContains part text =
                        Expect.stringContains text part "the fault"

                    told ConfigurationKind.Spins 1 [ 2; 4; 4 ] other |> stringContains "number 6 is 0.5"
                    told ConfigurationKind.Masses 1 [ 2; 4; 4 ] (Array.map (~-) other) |> stringContains "0 or more"
                    told ConfigurationKind.Dimers 1 [ 2; 4; 4 ] other |> stringContains "a direction"
                    told ConfigurationKind.Numbers 1 [ 2; 4; 4 ] (Array.create 32 infinity) |> stringContains "finite"
                    told ConfigurationKind.Dimers 1 [ 2; 4; 4 ] spins |> stringContains "row 0, column 0"
                    told ConfigurationKind.Dimers 1 [ 2; 16 ] (Array.create 32 0.0) |> stringContains "two axes"
                    told ConfigurationKind.Dimers 1 [ 2; 2; 8 ] (Array.create 32 0.0) |> stringContains "even number"
                    told ConfigurationKind.Numbers 3 [ 2; 4; 4 ] spins |> stringContains "3 channels"
                    told ConfigurationKind.Numbers 1 [ 32 ] spins |> stringContains "its axes are 32 long"
                    told ConfigurationKind.Numbers 0 [ 2; 4; 4 ] spins |> stringContains "channels"
                    File.WriteAllText(path, "nothing")
                    ConfigurationFile.read ConfigurationKind.Numbers 1 true 1 path |> message |> stringContains "f.npy"
                    File.Delete path

                    ConfigurationFile.read ConfigurationKind.Numbers 1 true 1 path
                    |> message
                    |> stringContains "no such file")
            }
        ]
