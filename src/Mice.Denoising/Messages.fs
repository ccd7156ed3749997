namespace Mice.Denoising

#nowarn "9" // Addresses of libtorch's memory.

open System
open System.Buffers
open Microsoft.FSharp.NativeInterop
open Mice
open Mice.Tensors

/// <summary>Sums of messages from neighbours as operators on tensors; formula at <c>MessageKernel</c>.</summary>
[<RequireQualifiedAccess>]
module internal Messages =
    /// Multiplies the components xy, xz and yz.
    let private scaleOffDiagonal (factor: float32) (numbers: Span<float32>) =
        let plane = numbers.Length / MessageKernel.Components
        let last = numbers.Slice(7 * plane)

        for i in 0 .. last.Length - 1 do
            last[i] <- factor * last[i]

    let private derivatives
        (edges: Edges)
        channels
        (inputs: HostNumbers[])
        (above: HostNumbers)
        (gradients: HostNumbers[])
        =
        let halved = ArrayPool.Shared.Rent above.Count
        let used = Span(halved, 0, above.Count)
        above.Span.CopyTo used
        scaleOffDiagonal 0.5f used
        use pinned = fixed halved
        let place = NativePtr.toNativeInt pinned
        gradients[0].Span.Clear()
        MessageKernel.tableGradient edges channels inputs[1].Address place gradients[0].Address
        MessageKernel.featureGradient edges channels inputs[0].Span place gradients[1].Address
        scaleOffDiagonal 2.0f gradients[1].Span
        ArrayPool.Shared.Return halved

    let private kernel (edges: Edges) (channels: int) : HostOperator =
        {
            Name = "messages"
            Shape = [ MessageKernel.Components; edges.Atoms; channels ]
            Forward =
                fun inputs sums -> MessageKernel.sum edges channels inputs[0].Address inputs[1].Address sums.Address
            Backward = derivatives edges channels
        }

    /// <summary>Sums of the messages to each atom, on the processor.</summary>
    /// <param name="edges">Who hears whom.</param>
    /// <param name="table">[entries; 14; channels], channels a multiple of 16.</param>
    /// <param name="features">[10; atoms; channels].</param>
    let onHost (edges: Edges) (table: Tensor) (features: Tensor) : Tensor =
        HostOperator.apply (kernel edges (Array.last features.Shape)) [| table; features |]

    /// <summary>The same by operators of libtorch, on any device.</summary>
    /// <param name="edges">Who hears whom.</param>
    /// <param name="table">[entries; 14; channels].</param>
    /// <param name="features">[10; atoms; channels].</param>
    let byTensors (edges: Edges) (table: Tensor) (features: Tensor) : Tensor =
        let count = edges.Ends.Length
        let device = features.Device

        let indices (values: int[]) =
            Tensor.ofArray [ values.Length ] values |> Tensor.onto device

        let numbers (values: float32[]) =
            Tensor.ofArray [ values.Length; 1 ] values |> Tensor.onto device

        let receivers =
            Array.init edges.Atoms (fun i -> Array.create (edges.Starts[i + 1] - edges.Starts[i]) i)
            |> Array.concat

        let along k =
            numbers (Array.init count (fun e -> edges.Directions[3 * e + k]))

        let u = [| along 0; along 1; along 2 |]
        let w = numbers edges.Fractions |> Tensor.unsqueeze 1
        let low = Tensor.indexSelect 0 (indices edges.Bins) table
        let high = Tensor.indexSelect 0 (indices (Array.map ((+) 1) edges.Bins)) table
        let f = low + w * (high - low) |> Tensor.unbind 1
        let x = Tensor.indexSelect 1 (indices edges.Ends) features |> Tensor.unbind 0
        let s, v, t = x[0], x[1..3], x[4..9]
        let dot (a: Tensor[]) (b: Tensor[]) = a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
        let a = dot u v
        // T u, with the components of T in the order xx, yy, zz, xy, xz, yz.
        let b =
            [|
                dot u [| t[0]; t[3]; t[4] |]
                dot u [| t[3]; t[1]; t[5] |]
                dot u [| t[4]; t[5]; t[2] |]
            |]

        let q = dot u b
        let alongU = f[5] * s + f[6] * a + f[7] * q
        let alongUU = f[11] * s + f[12] * a + f[13] * q
        let turned = Array.init 3 (fun k -> f[9] * v[k] + f[10] * b[k])

        let matrix k l =
            0.5 * (u[k] * turned[l] + u[l] * turned[k]) + u[k] * u[l] * alongUU

        let pairs = [| 0, 0; 1, 1; 2, 2; 0, 1; 0, 2; 1, 2 |]

        let messages =
            [|
                f[0] * s + f[1] * a + f[2] * q
                for k in 0..2 do
                    f[3] * v[k] + f[4] * b[k] + alongU * u[k]
                for m in 0..5 do
                    f[8] * t[m] + (pairs[m] ||> matrix)
            |]
            |> Tensor.stack 0

        Tensor.zerosLike features |> Tensor.indexAdd 1 (indices receivers) messages

    /// <summary>Sums of the messages to each atom, by the kernel where the tensors lie on the processor.</summary>
    /// <param name="edges">Who hears whom.</param>
    /// <param name="table">[entries; 14; channels], channels a multiple of 16.</param>
    /// <param name="features">[10; atoms; channels].</param>
    let sum (edges: Edges) (table: Tensor) (features: Tensor) : Tensor =
        if features.Device = Device.cpu then
            onHost edges table features
        else
            byTensors edges table features
