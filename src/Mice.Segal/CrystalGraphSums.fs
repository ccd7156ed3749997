namespace Mice.Segal

open System
open System.Runtime.CompilerServices
open System.Runtime.InteropServices
open System.Runtime.Intrinsics
open System.Threading.Tasks
open Mice
open Mice.Tensors

/// What sums over edges are made of, several numbers in a vector: rows of 2F numbers of which the first F are of gates, and the sums; or the gradients with respect to all of them.
[<Struct; IsByRefLike>]
type internal MessageRows<'T when 'T: struct and 'T: (new: unit -> 'T) and 'T :> ValueType> =
    {
        /// v_i W₁ + b, [batch; N; 2F].
        Own: Span<Vector256<'T>>
        /// v_j W₂, [batch; N; 2F].
        Other: Span<Vector256<'T>>
        /// u W₃, [shells; 2F].
        Shell: Span<Vector256<'T>>
        /// [batch; N; F].
        Sums: Span<Vector256<'T>>
    }

/// <summary>Sums over the edges of crystal graphs, Σ_j σ(z_f) ⊙ softplus(z_s) with z = Own_i + Other_j + Shell_d.</summary>
/// <remarks>The forms for processors store nothing of the size of all edges: one of single precision with its gradient, for training, and one of double precision without, for energies that do not
/// depend on the order of sites. The form of tensors is for other devices.</remarks>
[<RequireQualifiedAccess>]
module internal CrystalGraphSums =
    /// Parts of a batch whose sums are added in order, so that they do not depend on the number of threads.
    let private parts = 16

    let inline private gate ([<InlineIfLambda>] exp: Vector256<'T> -> Vector256<'T>) (x: Vector256<'T>) =
        Vector256<'T>.One / (Vector256<'T>.One + exp -x)

    let inline private softplus
        ([<InlineIfLambda>] exp: Vector256<'T> -> Vector256<'T>)
        ([<InlineIfLambda>] log1p: Vector256<'T> -> Vector256<'T>)
        (x: Vector256<'T>)
        =
        Vector256.Max(x, Vector256<'T>.Zero) + log1p (exp -(Vector256.Abs x))

    let inline private gateSingle (x: Vector256<float32>) =
        gate (fun (y: Vector256<float32>) -> Vector256.Exp y) x

    let inline private softplusSingle (x: Vector256<float32>) =
        softplus
            (fun (y: Vector256<float32>) -> Vector256.Exp y)
            (fun (y: Vector256<float32>) -> Vector256.Log(Vector256<float32>.One + y))
            x

    /// The sums of one configuration.
    let inline private sumSample
        ([<InlineIfLambda>] message: Vector256<'T> -> Vector256<'T> -> Vector256<'T>)
        ([<InlineIfLambda>] number: int -> Vector256<'T>)
        (g: CrystalGraph)
        (rows: MessageRows<'T>)
        (sample: int)
        =
        let width = rows.Shell.Length / (2 * g.Distances.Length)

        for site in 0 .. g.Sites - 1 do
            let own = sample * g.Sites + site
            let sums = rows.Sums.Slice(own * width, width)
            sums.Clear()
            let a = rows.Own.Slice(2 * width * own, 2 * width)

            for edge in g.Edges * site .. g.Edges * (site + 1) - 1 do
                if g.Counts[edge] > 0 then
                    let count = number g.Counts[edge]
                    let other = sample * g.Sites + g.Neighbours[edge]
                    let b = rows.Other.Slice(2 * width * other, 2 * width)
                    let c = rows.Shell.Slice(2 * width * g.Shells[edge], 2 * width)

                    for v in 0 .. width - 1 do
                        let w = width + v
                        sums[v] <- sums[v] + count * message (a[v] + b[v] + c[v]) (a[w] + b[w] + c[w])

    let private sumSingle (g: CrystalGraph) (rows: MessageRows<float32>) (sample: int) =
        let inline message (f: Vector256<float32>) (s: Vector256<float32>) : Vector256<float32> =
            gateSingle f * softplusSingle s

        sumSample message (fun count -> Vector256.Create(float32 count)) g rows sample

    let private sumDouble (g: CrystalGraph) (rows: MessageRows<float>) (sample: int) =
        let inline message (f: Vector256<float>) (s: Vector256<float>) : Vector256<float> =
            gate DoubleFunctions.exp f * softplus DoubleFunctions.exp DoubleFunctions.log1p s

        sumSample message (fun count -> Vector256.Create(float count)) g rows sample

    /// Gradients of one configuration, added to those that are there: ∂/∂z_f = σ(1 − σ) softplus, ∂/∂z_s = σ(z_f) σ(z_s).
    let private addGradients
        (g: CrystalGraph)
        (rows: MessageRows<float32>)
        (found: MessageRows<float32>)
        (sample: int)
        =
        let width = rows.Shell.Length / (2 * g.Distances.Length)

        for site in 0 .. g.Sites - 1 do
            let own = sample * g.Sites + site

            for edge in g.Edges * site .. g.Edges * (site + 1) - 1 do
                if g.Counts[edge] > 0 then
                    let count = Vector256.Create(float32 g.Counts[edge])
                    let other = sample * g.Sites + g.Neighbours[edge]
                    let a, b, c = 2 * width * own, 2 * width * other, 2 * width * g.Shells[edge]

                    for v in 0 .. width - 1 do
                        let w = width + v
                        let f = rows.Own[a + v] + rows.Other[b + v] + rows.Shell[c + v]
                        let s = rows.Own[a + w] + rows.Other[b + w] + rows.Shell[c + w]
                        let passed = gateSingle f
                        let above = count * passed * rows.Sums[own * width + v]

                        let ofGate = above * (Vector256<float32>.One - passed) * softplusSingle s

                        let ofMessage = above * gateSingle s
                        found.Own[a + v] <- found.Own[a + v] + ofGate
                        found.Own[a + w] <- found.Own[a + w] + ofMessage
                        found.Other[b + v] <- found.Other[b + v] + ofGate
                        found.Other[b + w] <- found.Other[b + w] + ofMessage
                        found.Shell[c + v] <- found.Shell[c + v] + ofGate
                        found.Shell[c + w] <- found.Shell[c + w] + ofMessage

    let private inParallel (count: int) (work: int -> unit) =
        let threads = ParallelOptions(MaxDegreeOfParallelism = Engine.threads ())
        Parallel.For(0, count, threads, work) |> ignore

    let private vectors (numbers: HostNumbers) : Span<Vector256<float32>> =
        MemoryMarshal.Cast<float32, Vector256<float32>> numbers.Span

    let private ofArray (numbers: 'T[]) : Span<Vector256<'T>> =
        MemoryMarshal.Cast<'T, Vector256<'T>>(numbers.AsSpan())

    let private forward (g: CrystalGraph) (batch: int) (inputs: HostNumbers[]) (sums: HostNumbers) =
        inParallel batch (fun sample ->
            let rows =
                {
                    Own = vectors inputs[0]
                    Other = vectors inputs[1]
                    Shell = vectors inputs[2]
                    Sums = vectors sums
                }

            sumSingle g rows sample)

    let private backward (g: CrystalGraph) (batch: int) (inputs: HostNumbers[]) above (gradients: HostNumbers[]) =
        gradients |> Array.iter (fun gradient -> gradient.Span.Clear())

        let shells =
            Array.init parts (fun _ -> Array.zeroCreate<float32> gradients[2].Count)

        inParallel parts (fun part ->
            let rows =
                {
                    Own = vectors inputs[0]
                    Other = vectors inputs[1]
                    Shell = vectors inputs[2]
                    Sums = vectors above
                }

            let found =
                {
                    Own = vectors gradients[0]
                    Other = vectors gradients[1]
                    Shell = ofArray shells[part]
                    Sums = Span<Vector256<float32>>.Empty
                }

            for sample in part * batch / parts .. (part + 1) * batch / parts - 1 do
                addGradients g rows found sample)

        let sum = gradients[2].Span

        for part in shells do
            for i in 0 .. part.Length - 1 do
                sum[i] <- sum[i] + part[i]

    let private single (g: CrystalGraph) (own: Tensor) (other: Tensor) (shell: Tensor) : Tensor =
        let shape = own.Shape

        HostOperator.apply
            {
                Name = "sums over edges"
                Shape = [ shape[0]; shape[1]; shape[2] / 2 ]
                Forward = forward g shape[0]
                Backward = backward g shape[0]
            }
            [| own; other; shell |]

    let private double (g: CrystalGraph) (own: Tensor) (other: Tensor) (shell: Tensor) : Tensor =
        let shape = own.Shape
        let a, b, c = Tensor.toArray own, Tensor.toArray other, Tensor.toArray shell
        let sums = Array.zeroCreate<float>(a.Length / 2)

        inParallel shape[0] (fun sample ->
            let rows =
                {
                    Own = ofArray a
                    Other = ofArray b
                    Shell = ofArray c
                    Sums = ofArray sums
                }

            sumDouble g rows sample)

        Tensor.ofArray [ shape[0]; shape[1]; shape[2] / 2 ] sums

    /// By tensors of any type on any device.
    let byTensors (g: CrystalGraph) (own: Tensor) (other: Tensor) (shell: Tensor) : Tensor =
        let batch, width = own.Shape[0], own.Shape[2]
        let onto = Tensor.onto own.Device

        // [batch; shells; N; 2F]: what a neighbour is at each distance.
        let placed =
            Tensor.unsqueeze 1 other + Tensor.unsqueeze 1 shell
            |> Tensor.reshape [ batch; g.Distances.Length * g.Sites; width ]

        let places =
            Array.map2 (fun shell neighbour -> shell * g.Sites + neighbour) g.Shells g.Neighbours

        let z =
            placed
            |> Tensor.indexSelect 1 (Tensor.ofArray [ places.Length ] places |> onto)
            |> Tensor.reshape [ batch; g.Sites; g.Edges; width ]
            |> (+) (Tensor.unsqueeze 2 own)

        let halves = Tensor.split -1 [ width / 2; width / 2 ] z

        let counts =
            Tensor.ofArray [ g.Sites; g.Edges; 1 ] g.Counts |> Tensor.convert own.DType |> onto

        Nn.sigmoid halves[0] * Nn.softplus halves[1] * counts |> Tensor.sumOver [ 2 ]

    /// <summary>The sums of configurations.</summary>
    /// <param name="g">The graph.</param>
    /// <param name="own">v_i W₁ + b, [batch; N; 2F], F a multiple of eight.</param>
    /// <param name="other">v_j W₂, [batch; N; 2F].</param>
    /// <param name="shell">u W₃, [shells; 2F].</param>
    /// <returns>[batch; N; F]; double precision on a processor comes without a gradient.</returns>
    let create (g: CrystalGraph) (own: Tensor) (other: Tensor) (shell: Tensor) : Tensor =
        match own.Device = Device.cpu, own.DType with
        | true, DType.Float32 -> single g own other shell
        | true, DType.Float64 -> double g own other shell
        | _ -> byTensors g own other shell
