namespace Mice.Tensors

open System.Collections.Concurrent
open System.Reflection
open TorchSharp
open Mice

type private TorchModule = torch.nn.Module<torch.Tensor, torch.Tensor>

/// <summary>Calls a module of TorchSharp with parameters from outside, as a pure function of them.</summary>
/// <remarks>For the length of a call the module's own parameters stand for the given tensors, so that derivatives of
/// any order pass through. Calls in training draw from TorchSharp's generator, which is seeded for the call and put
/// back; they wait for each other. Every thread calls an instance of its own.</remarks>
[<Sealed>]
type internal ForeignModule(create: unit -> TorchModule) =
    static let generatorGate = obj ()

    // The field that holds the address of a tensor; TorchSharp offers no other way to lend one.
    static let handle =
        typeof<torch.Tensor>.GetField("handle", BindingFlags.Instance ||| BindingFlags.NonPublic)

    /// Modules that compute in native code with native parameters, out of reach.
    static let outOfReach =
        set
            [
                "Embedding"
                "EmbeddingBag"
                "MultiheadAttention"
                "GRU"
                "GRUCell"
                "LSTM"
                "LSTMCell"
                "RNN"
                "RNNCell"
                "Transformer"
                "TransformerDecoder"
                "TransformerDecoderLayer"
                "TransformerEncoder"
                "TransformerEncoderLayer"
            ]

    let idle = ConcurrentBag<TorchModule>()

    let check (m: TorchModule) =
        if isNull handle then
            raise (TensorException "ofModule: this version of TorchSharp keeps its tensors in another way")

        for struct (name, _) in m.named_buffers () do
            raise (
                TensorException $"ofModule: the buffer {name} is a state beside the parameters; use a layer without one"
            )

        for part in Seq.append [ m :> torch.nn.Module ] (m.modules ()) do
            let kind = part.GetType()

            if kind.Assembly = typeof<torch>.Assembly && outOfReach.Contains kind.Name then
                raise (
                    TensorException $"ofModule: {kind.Name} computes with parameters of its own that cannot be replaced"
                )

        m

    let take () =
        match idle.TryTake() with
        | true, m -> m
        | false, _ -> check (create ())

    let named (m: TorchModule) =
        [| for struct (name, parameter) in m.named_parameters () -> name, parameter |]

    let seeded (key: Key) (body: unit -> 'r) : 'r =
        lock generatorGate (fun () ->
            let generator = torch.Generator.Default
            use before = generator.get_state ()

            try
                generator.manual_seed (int64 (Key.toSeed key)) |> ignore
                body ()
            finally
                generator.set_state before)

    let withParameters (m: TorchModule) (given: (string * Tensor)[]) (body: unit -> 'r) : 'r =
        let own, byName = named m, Map.ofArray given

        if Set.ofArray (Array.map fst own) <> Set.ofSeq byName.Keys then
            raise (TensorException $"ofModule: the tree's {given.Length} tensors are not the parameters of this module")

        let addresses = own |> Array.map (fun (_, p) -> handle.GetValue p)

        try
            for name, p in own do
                handle.SetValue(p, byName[name].Native.Handle)

            body ()
        finally
            Array.iter2 (fun (_, p) address -> handle.SetValue(p, address)) own addresses

    let forward (m: TorchModule) (x: torch.Tensor) : torch.Tensor =
        use _ = torch.NewDisposeScope()
        let y = m.call x
        (if obj.ReferenceEquals(y, x) then y.alias () else y).DetachFromDisposeScope()

    /// The parameters of a fresh module, created with the key, by their names.
    member _.Init(key: Key) : (string * Tensor)[] =
        LibTorch.ensure ()
        let m = seeded key (fun () -> check (create ()))

        let copies =
            named m |> Array.map (fun (name, p) -> name, mixed "clone" [] (fun () -> p.detach().clone()))

        idle.Add m
        copies

    /// The module's output for given parameters, by their names.
    member _.Call(training: Key option, parameters: (string * Tensor)[], x: Tensor) : Tensor =
        let m = take ()

        let run () =
            m.train training.IsSome
            withParameters m parameters (fun () -> forward m x.Native)

        let y =
            mixed "module" (x :: [ for _, t in parameters -> t ]) (fun () ->
                match training with
                | Some key -> seeded key run
                | None -> run ())

        idle.Add m
        y
