/// What stands between us and libtorch: how it is loaded, the doors to TorchSharp, parameters that lie flat.
module Mice.Tensors.Tests.EngineTests

open Expecto
open System
open System.IO
open TorchSharp
open Mice
open Mice.Tensors
open Mice.Tensors.Tests.Numeric

let private onLinux () =
    if not (OperatingSystem.IsLinux()) then
        skiptest "TorchSharp's library for Linux is looked at on Linux only"

let private bridge () =
    match LibTorch.bridgeFile () with
    | Ok file -> File.ReadAllBytes file
    | Error e -> failtest e

let private strictest = "GLIBCXX_3.4.32"

let private loading =
    [
        testCase "a copy with weakened needs differs from the library in that flag alone"
        <| fun () ->
            onLinux ()
            let original = bridge ()
            let copy = VersionNeed.weaken ((=) strictest) original

            let flags =
                [
                    for name, at in VersionNeed.all original do
                        if name = strictest then
                            at
                ]

            Expect.isNonEmpty flags "the library needs that version"
            Expect.equal copy.Length original.Length "nothing is added"

            let changed =
                [
                    for i in 0 .. copy.Length - 1 do
                        if copy[i] <> original[i] then
                            i
                ]

            Expect.equal changed flags "the low byte of the flags changes, and no other byte"

            for at in flags do
                Expect.equal copy[at] (original[at] ||| 2uy) "the flag VER_FLG_WEAK is set"

            Expect.equal (VersionNeed.all copy) (VersionNeed.all original) "names and places stay"
            Expect.equal (VersionNeed.weaken ((=) strictest) copy) copy "weakening twice changes nothing more"

        test "the library needs versions of the C library too, and they stay as they are" {
            onLinux ()
            let names = VersionNeed.all (bridge ()) |> List.map fst
            Expect.exists names _.StartsWith("GLIBC_") "versions of libc are found as well"
            Expect.equal (VersionNeed.weaken (fun _ -> false) (bridge ())) (bridge ()) "nothing asked, nothing changed"
        }

        test "a file that is no library of this kind has no needs" {
            Expect.isEmpty (VersionNeed.all (Array.zeroCreate 100)) "zeros are no library"
            Expect.isEmpty (VersionNeed.all [||]) "an empty file is none"
        }

        test "only a missing version of libstdc++ asks for a copy" {
            let message =
                "/lib/x86_64-linux-gnu/libstdc++.so.6: version `GLIBCXX_3.4.32' not found (required by libLibTorchSharp.so)"

            Expect.equal (LibTorch.missingVersion message) (Some strictest) "the version is read from the message"
            Expect.isNone (LibTorch.missingVersion "libm.so.6: version `GLIBC_2.99' not found") "not for the C library"

            Expect.isNone
                (LibTorch.missingVersion "libtorch_cpu.so: cannot open shared object file")
                "not for a missing file"
        }

        testCase "a folder named in MICE_LIBTORCH that holds no libtorch is one clear line"
        <| fun () ->
            let before = Environment.GetEnvironmentVariable LibTorch.Variable
            let folder = Directory.CreateTempSubdirectory "mice"

            try
                Environment.SetEnvironmentVariable(LibTorch.Variable, folder.FullName)

                match LibTorch.folder () with
                | Ok found -> failtest $"found {found}"
                | Error line ->
                    Expect.stringContains line folder.FullName "the folder is named"
                    Expect.isFalse (line.Contains '\n') "it is one line"

                File.WriteAllText(
                    Path.Combine(
                        folder.CreateSubdirectory("torch").CreateSubdirectory("lib").FullName,
                        "libtorch_cpu.so"
                    ),
                    ""
                )

                let inPython = Path.Combine(folder.FullName, "torch", "lib")
                Expect.equal (LibTorch.folder ()) (Ok inPython) "the package of a Python installation is known"
            finally
                Environment.SetEnvironmentVariable(LibTorch.Variable, before)
                folder.Delete true
    ]

let private doors =
    [
        testCase "a tensor passes through both doors with its numbers and derivatives"
        <| fun () ->
            let x = uniform 1 -1.0 1.0 [ 3; 2 ]

            let viaTorch x =
                use t = Tensor.toTorch x
                use squared = t.square ()
                Tensor.ofTorch squared |> Tensor.sum

            close 0.0 (Tensor.toArray x |> Array.map (fun v -> 2.0 * v)) (Grad.grad viaTorch x |> Tensor.toArray)

        testCase "what went out lives on when the scope ends, what came in stays its owner's"
        <| fun () ->
            let outside =
                Tensor.scope (fun () -> Tensor.toTorch (Tensor.ones Kind.float64 [ 4 ]) |> fun t -> [| t |])

            Expect.equal (outside[0].sum().item<float>()) 4.0 "the numbers are there"
            Tensor.scope (fun () -> Tensor.ofTorch outside[0] |> ignore)
            Expect.equal (outside[0].sum().item<float>()) 4.0 "the owner's tensor was not freed"
            outside[0].Dispose()

        testCase "a scope of TorchSharp around Mice frees none of our tensors"
        <| fun () ->
            let kept =
                use _ = torch.NewDisposeScope()
                Tensor.ones Kind.float64 [ 4 ] + 1.0

            close 0.0 (Array.create 4 2.0) (Tensor.toArray kept)
    ]

/// A user's network: two affine layers with dropout between them.
let private theirs () : torch.nn.Module<torch.Tensor, torch.Tensor> =
    torch.nn.Sequential(
        struct ("first", torch.nn.Linear(3, 8) :> torch.nn.Module<torch.Tensor, torch.Tensor>),
        struct ("bend", torch.nn.SiLU() :> torch.nn.Module<torch.Tensor, torch.Tensor>),
        struct ("drop", torch.nn.Dropout 0.5 :> torch.nn.Module<torch.Tensor, torch.Tensor>),
        struct ("second", torch.nn.Linear(8, 1) :> torch.nn.Module<torch.Tensor, torch.Tensor>)
    )

let private modules =
    [
        test "a module of TorchSharp is the same function as our layers with its parameters" {
            let layer = Layer.ofModule theirs
            let p = layer.Init(Key.ofSeed 1UL)
            let names = Params.flatten p |> Array.map fst

            Expect.equal
                names
                [| "first.weight"; "first.bias"; "second.weight"; "second.bias" |]
                "named as in the module"

            let x = Tensor.randn (Key.ofSeed 2UL) Kind.float32 [ 5; 3 ]

            let ours p =
                x
                |> Nn.linear (Params.tensor "first.weight" p) (Some(Params.tensor "first.bias" p))
                |> Nn.silu
                |> Nn.linear (Params.tensor "second.weight" p) (Some(Params.tensor "second.bias" p))

            let loss f p = Tensor.sum (Tensor.square (f p))

            let struct (a, g) =
                Grad.valueAndGradient (loss (fun p -> layer.Apply Mode.Evaluation p x)) p

            let struct (b, h) = Grad.valueAndGradient (loss ours) p
            // float32: sums of some ten products of numbers below one.
            close 1e-4 [| Tensor.item b |] [| Tensor.item a |]

            for path, s, t in Params.zip g h do
                Expect.isTrue (distance (Tensor.toFloats s) (Tensor.toFloats t) < 1e-4) $"gradients of {path} agree"
        }

        test "the module's own parameters are put back after a call, and a key decides everything" {
            let layer = Layer.ofModule theirs
            let x = Tensor.ones Kind.float32 [ 64; 3 ]
            let p = layer.Init(Key.ofSeed 1UL)

            let run mode p =
                layer.Apply mode p x |> Tensor.toArray<float32>

            let training seed = run (Mode.Training(Key.ofSeed seed)) p
            Expect.equal (training 3UL) (training 3UL) "the same key drops the same elements"
            Expect.notEqual (training 3UL) (training 4UL) "another key drops others"
            let before = run Mode.Evaluation p
            run Mode.Evaluation (Params.scale 2.0 p) |> ignore
            Expect.equal (run Mode.Evaluation p) before "a call with other parameters leaves no trace"
            let again = (Layer.ofModule theirs).Init(Key.ofSeed 1UL)

            Expect.equal
                (Params.tensors again |> Array.collect Tensor.toFloats)
                (Params.tensors p |> Array.collect Tensor.toFloats)
                "the key draws the same parameters"
        }

        test "Joined parameters are the same numbers" {
            let p =
                Params.node
                    [
                        "a", Params.Leaf(uniform 1 0.0 1.0 [ 2; 3 ])
                        "b", Params.Leaf(uniform 2 0.0 1.0 [ 5 ])
                    ]

            let joined = Params.joined p

            for path, x, y in Params.zip p joined do
                Expect.equal y.Shape x.Shape $"shape of {path}"
                Expect.equal (Tensor.toFloats y) (Tensor.toFloats x) $"numbers of {path}"
        }

        test "second derivatives pass through a module" {
            let layer = Layer.ofModule theirs
            let p = layer.Init(Key.ofSeed 1UL) |> Params.convert DType.Float64

            let f x =
                layer.Apply Mode.Evaluation p (Tensor.reshape [ 1; 3 ] x) |> Tensor.sum

            let slope x = Grad.grad f x |> Tensor.sum
            let x = uniform 5 -1.0 1.0 [ 3 ]
            let h = 1e-4
            let moved = [| for sign in [ 1.0; -1.0 ] -> Tensor.item (slope (x + sign * h)) |]
            let along = Grad.grad slope x |> Tensor.sum |> Tensor.item
            // Error of the central difference: h²/6 times a third derivative of order one.
            close 1e-6 [| (moved[0] - moved[1]) / (2.0 * h) |] [| along |]
        }

        test "modules with a state, or with parameters out of reach, are refused" {
            let withState () : torch.nn.Module<torch.Tensor, torch.Tensor> = torch.nn.BatchNorm1d 3
            let native () : torch.nn.Module<torch.Tensor, torch.Tensor> = torch.nn.Embedding(3, 2)

            for create, part in [ withState, "running_mean"; native, "Embedding" ] do
                let e =
                    Expecting.throws<TensorException>
                        (fun () -> (Layer.ofModule create).Init(Key.ofSeed 1UL) |> ignore)
                        "it is refused"

                Expect.stringContains e.Message part "the part is named"
        }

        test "other parameters than the module's are refused" {
            let layer = Layer.ofModule theirs
            let wrong = Params.node [ "first", Params.Leaf(Tensor.ones Kind.float32 [ 1 ]) ]

            let call () =
                layer.Apply Mode.Evaluation wrong (Tensor.ones Kind.float32 [ 1; 3 ]) |> ignore

            Expecting.throws<TensorException> call "the tree does not fit" |> ignore
        }
    ]

let private flat =
    [
        test "pieces of a vector join to that vector without a copy, others with one" {
            let whole = uniform 1 -1.0 1.0 [ 10 ]
            let like = [| Tensor.zeros Kind.float64 [ 2; 3 ]; Tensor.zeros Kind.float64 [ 4 ] |]
            let pieces = Packing.cut like whole
            Expect.equal (pieces |> Array.map _.Shape) [| [| 2; 3 |]; [| 4 |] |] "the pieces have the shapes asked for"
            Expecting.same (Packing.join pieces) whole "nothing is copied"
            let turned = Packing.join (Array.rev pieces)

            close
                0.0
                (Array.append (Tensor.toArray<float> pieces[1]) (Tensor.toArray<float> pieces[0]))
                (Tensor.toArray turned)
        }

        test "a vector is freed with the last of its pieces" {
            let whole = Tensor.ones Kind.float64 [ 4 ]

            let pieces =
                Packing.cut [| Tensor.zeros Kind.float64 [ 2; 1 ]; Tensor.zeros Kind.float64 [ 2 ] |] whole

            pieces[0].Dispose()
            Expect.isFalse whole.IsDisposed "one piece is left"
            pieces[1].Dispose()
            Expect.isTrue whole.IsDisposed "no piece is left"
        }

        test "trees of several element types train too, each tensor by itself" {
            let p =
                Params.node
                    [
                        "single", Params.Leaf(Tensor.ones Kind.float32 [ 2 ])
                        "double", Params.Leaf(Tensor.ones Kind.float64 [ 3 ])
                    ]

            let loss p =
                Tensor.sum (Tensor.square (Params.tensor "double" p))
                + Tensor.convert DType.Float64 (Tensor.sum (Tensor.square (Params.tensor "single" p)))

            let optimiser = Optimiser.adam AdamOptions.defaults
            let struct (value, next, _) = Optimiser.step optimiser loss p (optimiser.Init p)
            close 0.0 [| 5.0 |] [| value |]
            // The first step of Adam is one learning rate long in every element, up to ε and float32.
            close 1e-6 (Array.create 5 0.999) (Params.tensors next |> Array.rev |> Array.collect Tensor.toFloats)
        }
    ]

[<Tests>]
let tests =
    testList
        "EngineTests"
        [
            // One of them sets an environment variable.
            testSequenced (testList "loading" loading)
            testList "doors" doors
            testList "modules" modules
            testList "flat parameters" flat
        ]
