namespace Mice.Tensors

/// Options of L-BFGS; start from `LbfgsOptions.defaults`.
type LbfgsOptions =
    {
        /// Iterations at most.
        Iterations: int
        /// Pairs of steps and gradient changes that are remembered.
        Memory: int
        /// Converged when the largest element of the gradient is below this.
        GradientTolerance: float
    }

/// Defaults of L-BFGS.
[<RequireQualifiedAccess>]
module LbfgsOptions =
    /// 200 iterations, 10 pairs, gradient below 1e-6.
    let defaults =
        {
            Iterations = 200
            Memory = 10
            GradientTolerance = 1e-6
        }

/// Where a minimisation ended.
type Minimum =
    {
        /// The parameters there.
        Parameters: Params
        /// The function there.
        Value: float
        /// Largest absolute element of the gradient there.
        Gradient: float
        /// Iterations taken.
        Iterations: int
        /// Whether the gradient came below its tolerance.
        Converged: bool
    }

/// <summary>L-BFGS for small smooth problems without noise: the whole data in every evaluation.</summary>
/// <remarks>Two-loop recursion (J. Nocedal, Math. Comp. 35, 773 (1980)) with a line search by bisection for the weak
/// Wolfe conditions (A. S. Lewis and M. L. Overton, Math. Program. 141, 135 (2013)), in double precision outside the
/// function.</remarks>
[<RequireQualifiedAccess>]
module Lbfgs =

    let private dot (a: float[]) (b: float[]) =
        let mutable sum = 0.0

        for i in 0 .. a.Length - 1 do
            sum <- sum + a[i] * b[i]

        sum

    /// a + t · b.
    let private along t (a: float[]) (b: float[]) =
        Array.init a.Length (fun i -> a[i] + t * b[i])

    let private largest (g: float[]) =
        g |> Array.fold (fun m v -> max m (abs v)) 0.0

    let private unflatten (form: Params) (x: float[]) =
        let mutable offset = 0

        Params.map
            (fun t ->
                let part = Array.sub x offset t.Count
                offset <- offset + t.Count

                Tensor.ofArray (List.ofArray t.Shape) part |> Tensor.convert t.DType |> Tensor.onto t.Device)
            form

    let private flatten (tree: Params) =
        Params.tensors tree |> Array.collect Tensor.toFloats

    /// −H g by the two-loop recursion over the remembered pairs (s, y), newest first.
    let private direction (pairs: (float[] * float[]) list) (g: float[]) =
        let mutable q = Array.map (fun v -> -v) g

        let alphas =
            pairs
            |> List.map (fun (s, y) ->
                let alpha = dot s q / dot s y
                q <- along -alpha q y
                alpha)

        match pairs with
        | (s, y) :: _ -> q <- Array.map ((*) (dot s y / dot y y)) q
        | [] -> ()

        for (s, y), alpha in List.rev (List.zip pairs alphas) do
            q <- along (alpha - dot y q / dot s y) q s

        q

    /// A step length that satisfies the weak Wolfe conditions, with value and gradient there; None when there is none.
    let private search evaluate (x: float[]) value (g: float[]) (d: float[]) first =
        let slope = dot g d
        let mutable low, high, t = 0.0, infinity, first
        let mutable found = None
        let mutable tries = 0

        while found.IsNone && tries < 60 do
            tries <- tries + 1
            let struct (v, h) = evaluate (along t x d)

            if not (v <= value + 1e-4 * t * slope) then high <- t
            elif dot h d < 0.9 * slope then low <- t
            else found <- Some struct (t, v, h)

            t <- if high < infinity then 0.5 * (low + high) else 2.0 * t

        found

    /// Minimises a scalar function of a parameter tree.
    let minimise (options: LbfgsOptions) (f: Params -> Tensor) (start: Params) : Minimum =
        let evaluate (x: float[]) : struct (float * float[]) =
            Tensor.scope (fun () ->
                let struct (value, gradient) = Grad.valueAndGradient f (unflatten start x)
                struct (Tensor.item value, flatten gradient))

        let rec iterate n pairs (x: float[]) value (g: float[]) =
            let finish converged =
                {
                    Parameters = unflatten start x
                    Value = value
                    Gradient = largest g
                    Iterations = n
                    Converged = converged
                }

            if largest g <= options.GradientTolerance then
                finish true
            elif n >= options.Iterations then
                finish false
            else
                let d = direction pairs g
                let first = if pairs.IsEmpty then min 1.0 (1.0 / largest g) else 1.0

                match search evaluate x value g d first with
                | None when pairs.IsEmpty -> finish false
                | None -> iterate n [] x value g // forget, go down the gradient
                | Some struct (t, v, h) ->
                    let s, y = Array.map ((*) t) d, along -1.0 h g
                    let pairs = if dot s y > 0.0 then (s, y) :: pairs else pairs
                    iterate (n + 1) (List.truncate options.Memory pairs) (along t x d) v h

        let x = flatten start
        let struct (value, g) = evaluate x
        iterate 0 [] x value g
