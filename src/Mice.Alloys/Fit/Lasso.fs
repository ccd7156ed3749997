namespace Mice.Alloys

/// What an iteration came to.
[<NoEquality; NoComparison>]
type internal Iterated =
    {
        /// [k].
        Coefficients: float[]
        /// Whether it came to rest.
        Converged: bool
    }

/// <summary>The LASSO: minimises ½ Σ w (y − X·j)²/n + λ Σ |j|, the second sum over columns that are shrunk, by coordinate descent.</summary>
/// <remarks>Source: J. Friedman, T. Hastie, R. Tibshirani, J. Stat. Softw. 33, 1 (2010), doi:10.18637/jss.v033.i01; for cluster expansions L. J. Nelson et al., Phys. Rev. B 87, 035125 (2013),
/// doi:10.1103/PhysRevB.87.035125.</remarks>
[<RequireQualifiedAccess>]
module internal Lasso =
    /// XᵀWX/n and XᵀWy/n.
    let private normal (p: LinearProblem) : struct (float[][] * float[]) =
        let k, n = LinearProblem.columns p, float p.Rows.Length

        let sum f =
            Array.map2 f p.Weights p.Rows |> Array.sum

        let gram =
            Array.init k (fun a -> Array.init k (fun b -> sum (fun w row -> w * row[a] * row[b]) / n))

        let right =
            Array.init k (fun a ->
                Seq.init p.Rows.Length (fun i -> p.Weights[i] * p.Rows[i][a] * p.Targets[i])
                |> Seq.sum
                |> fun s -> s / n)

        struct (gram, right)

    let private shrink (strength: float) (x: float) =
        if x > strength then x - strength
        elif x < -strength then x + strength
        else 0.0

    /// The most passes over all columns.
    [<Literal>]
    let private Passes = 20_000

    let private descend
        (gram: float[][])
        (right: float[])
        (shrinks: bool[])
        (start: float[])
        (strength: float)
        : Iterated =
        let j = Array.copy start
        let scale = right |> Array.map abs |> Array.max
        // Of the squares, with the sign turned: XᵀW(y − X·j)/n.
        let slope =
            Array.init j.Length (fun a -> right[a] - Seq.sum (Seq.init j.Length (fun b -> gram[a][b] * j[b])))

        let mutable pass, moving = 0, true

        while moving && pass < Passes do
            let mutable largest = 0.0

            for a in 0 .. j.Length - 1 do
                if gram[a][a] > 0.0 then
                    let alone = slope[a] + gram[a][a] * j[a]
                    let next = (if shrinks[a] then shrink strength alone else alone) / gram[a][a]
                    let change = next - j[a]

                    if change <> 0.0 then
                        largest <- max largest (gram[a][a] * abs change)
                        j[a] <- next

                        for b in 0 .. j.Length - 1 do
                            slope[b] <- slope[b] - gram[b][a] * change

            moving <- largest > 1e-10 * scale
            pass <- pass + 1

        {
            Coefficients = j
            Converged = not moving
        }

    /// The smallest strength at which all columns that may be shrunk are 0.
    let largestStrength (p: LinearProblem) : float =
        let kept =
            [| 0 .. LinearProblem.columns p - 1 |] |> Array.filter (fun k -> not p.Shrinks[k])

        let few = LinearProblem.withColumns kept p
        let left = LinearProblem.residuals (LinearProblem.solve 0.0 few).Coefficients few

        Seq.init (LinearProblem.columns p) (fun k ->
            Seq.init left.Length (fun i -> p.Weights[i] * p.Rows[i][k] * left[i]) |> Seq.sum |> abs)
        |> Seq.max
        |> fun sum -> sum / float left.Length

    /// Solutions for falling strengths, each started from the one before.
    let path (strengths: float[]) (p: LinearProblem) : Iterated[] =
        let struct (gram, right) = normal p

        let start =
            {
                Coefficients = Array.zeroCreate right.Length
                Converged = true
            }

        strengths
        |> Array.scan (fun before s -> descend gram right p.Shrinks before.Coefficients s) start
        |> Array.tail
