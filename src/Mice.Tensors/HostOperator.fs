namespace Mice.Tensors

#nowarn "9" // Addresses of libtorch's memory.

open System
open System.Runtime.CompilerServices
open System.Runtime.InteropServices
open Microsoft.FSharp.NativeInterop
open Mice
open TorchSharp

/// Numbers of a float32 tensor on the processor, row-major; valid only during the call that is given them.
[<Struct>]
type HostNumbers =
    {
        /// Where the first number lies.
        Address: nativeint
        /// How many there are.
        Count: int
    }

    /// The numbers.
    member this.Span =
        Span<float32>(NativePtr.toVoidPtr (NativePtr.ofNativeInt<float32> this.Address), this.Count)

/// <summary>An operator on float32 tensors on the processor that code of our own computes, with its derivative.</summary>
type HostOperator =
    {
        /// For messages.
        Name: string
        /// Shape of the output.
        Shape: int list
        /// inputs → output, which is to be filled.
        Forward: HostNumbers[] -> HostNumbers -> unit
        /// inputs → gradient with respect to the output → gradients with respect to the inputs, which are to be filled.
        Backward: HostNumbers[] -> HostNumbers -> HostNumbers[] -> unit
    }

/// A place where libtorch's record of a computation is cut: what came before, what goes on from there, and how a derivative gets across.
type internal Cut =
    {
        /// Connected to what came before; ours to free.
        Before: torch.Tensor[]
        /// A variable of its own; ours to free.
        After: torch.Tensor
        /// What came before → gradient with respect to what goes on → gradients with respect to what came before.
        Across: torch.Tensor[] -> torch.Tensor -> torch.Tensor[]
    }

/// Derivatives that are being taken around the running code, per thread.
[<AbstractClass; Sealed>]
type internal Recording private () =
    [<ThreadStatic; DefaultValue>]
    static val mutable private depth: int

    [<ThreadStatic; DefaultValue>]
    static val mutable private cuts: ResizeArray<Cut>

    /// How many are taken, one within the other.
    static member Depth
        with get () = Recording.depth
        and set (n: int) = Recording.depth <- n

    /// Cuts within the innermost of them, in order.
    static member Cuts
        with get () = Recording.cuts
        and set (cuts: ResizeArray<Cut>) = Recording.cuts <- cuts

    /// A variable that goes on from here in the record of the innermost derivative.
    static member Continue
        (name: string, before: Tensor[], after: torch.Tensor, across: torch.Tensor[] -> torch.Tensor -> torch.Tensor[])
        =
        if Recording.Depth > 1 then
            raise (TensorException $"{name}: its second derivative is not known.")

        let own (t: torch.Tensor) = t.DetachFromDisposeScope()
        let variable = own (after.requires_grad_ true)

        Recording.Cuts.Add
            {
                Before = before |> Array.map (fun x -> own (x.Native.alias ()))
                After = variable
                Across = across
            }

        variable.alias ()

/// Host operators.
[<RequireQualifiedAccess; CompilationRepresentation(CompilationRepresentationFlags.ModuleSuffix)>]
module HostOperator =
    let private numbers (t: torch.Tensor) =
        let bytes = t.bytes

        {
            Address =
                NativePtr.toNativeInt (NativePtr.ofVoidPtr<byte>(Unsafe.AsPointer(&MemoryMarshal.GetReference bytes)))
            Count = bytes.Length / sizeof<float32>
        }

    /// Work on the numbers of tensors, each in a row.
    let private withNumbers (tensors: torch.Tensor[]) (work: HostNumbers[] -> unit) =
        let rows =
            tensors
            |> Array.map (fun t ->
                use constant = t.detach ()
                constant.contiguous ())

        try
            work (Array.map numbers rows)
        finally
            for row in rows do
                row.Dispose()

    let private across (operator: HostOperator) (inputs: torch.Tensor[]) (gradient: torch.Tensor) =
        let gradients =
            inputs |> Array.map (fun t -> torch.empty (t.shape, torch.float32, torch.CPU))

        withNumbers inputs (fun rows ->
            withNumbers [| gradient |] (fun above -> operator.Backward rows above[0] (Array.map numbers gradients)))

        gradients

    /// <summary>Applies an operator. Its first derivative is known, not its second.</summary>
    /// <param name="operator">The operator.</param>
    /// <param name="inputs">Float32 on the processor.</param>
    /// <exception cref="T:Mice.Tensors.TensorException">An input has another type or lies elsewhere.</exception>
    let apply (operator: HostOperator) (inputs: Tensor[]) : Tensor =
        for x in inputs do
            if x.DType <> DType.Float32 || x.Device <> Device.cpu then
                raise (TensorException $"{operator.Name} of {x}: float32 on the processor is needed.")

        let compute () =
            let natives = inputs |> Array.map _.Native
            let output = torch.empty (int64s operator.Shape, torch.float32, torch.CPU)
            withNumbers natives (fun rows -> operator.Forward rows (numbers output))

            if Recording.Depth > 0 && natives |> Array.exists _.requires_grad then
                Recording.Continue(operator.Name, inputs, output, across operator)
            else
                output

        mixed operator.Name (List.ofArray inputs) compute
