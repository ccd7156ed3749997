namespace Mice.Rsmi

open System
open Mice

/// <summary>The coarse variable h that a filter makes of a block v.</summary>
[<RequireQualifiedAccess>]
type CoarseVariable =
    /// h ∈ {±1}^c: P(h_k = +1 | v) = 1/(1 + exp(−g Λ_k·v)), one filter a component.
    | Binary of components: int
    /// h ∈ {0, …, q − 1}: P(h | v) ∝ exp(g Λ_h·v), one filter a state.
    | States of states: int

/// Coarse variables.
[<RequireQualifiedAccess>]
module CoarseVariable =
    /// Most values of h that sums run over.
    [<Literal>]
    let MostValues = 65536

    /// Filters that it needs.
    let filters (variable: CoarseVariable) : int =
        match variable with
        | CoarseVariable.Binary n
        | CoarseVariable.States n -> n

    /// |H|, its values.
    let values (variable: CoarseVariable) : int =
        match variable with
        | CoarseVariable.Binary components -> 1 <<< components
        | CoarseVariable.States states -> states

    /// <summary>Faults: components from 1 to 16, states from 2 to 65,536.</summary>
    let faults (variable: CoarseVariable) : MiceError list =
        match variable with
        | CoarseVariable.Binary components ->
            Validate.that
                "the number of components"
                "1 to 16, over whose 2^c values sums run"
                (fun c -> c >= 1 && c <= 16)
                components
        | CoarseVariable.States states ->
            Validate.that "the number of states" $"2 to {MostValues}" (fun q -> q >= 2 && q <= MostValues) states

    /// <summary>Value of h as a number: bit k is set where h_k = −1.</summary>
    /// <param name="component">k.</param>
    /// <param name="value">The number.</param>
    /// <returns>h_k = ±1.</returns>
    let spin (``component``: int) (value: int) : int =
        1 - 2 * ((value >>> ``component``) &&& 1)

/// <summary>A linear coarse-grainer: filters Λ over the degrees of freedom of a block.</summary>
type CoarseGrainer =
    {
        /// What h is.
        Variable: CoarseVariable
        /// Λ, [filters][v], each of length 1.
        Filters: float[][]
    }

/// The deterministic limit of coarse-grainers.
[<RequireQualifiedAccess>]
module CoarseGrainer =
    /// Outputs this close to 0, or to the largest one, are ties.
    [<Literal>]
    let private Tie = 1e-5

    /// <summary>Λ_k·v of one block.</summary>
    /// <param name="grainer">The filters.</param>
    /// <param name="visible">Blocks less their origin, row-major.</param>
    /// <param name="row">Which one.</param>
    let outputs (grainer: CoarseGrainer) (visible: float32[]) (row: int) : float[] =
        grainer.Filters
        |> Array.map (fun filter ->
            let first = row * filter.Length
            let mutable sum = 0.0

            for j in 0 .. filter.Length - 1 do
                sum <- sum + filter[j] * float visible[first + j]

            sum)

    /// <summary>P(h | v) in the limit g → ∞: signs of the outputs, or the state of the largest one. Ties are shared evenly.</summary>
    /// <param name="variable">What h is.</param>
    /// <param name="outputs">Λ_k·v.</param>
    /// <returns>[values].</returns>
    let limit (variable: CoarseVariable) (outputs: float[]) : float[] =
        match variable with
        | CoarseVariable.Binary components ->
            let up =
                outputs
                |> Array.map (fun a ->
                    if abs a <= Tie then 0.5
                    elif a > 0.0 then 1.0
                    else 0.0)

            Array.init (1 <<< components) (fun value ->
                let mutable product = 1.0

                for k in 0 .. components - 1 do
                    product <-
                        product
                        * (if CoarseVariable.spin k value > 0 then
                               up[k]
                           else
                               1.0 - up[k])

                product)
        | CoarseVariable.States _ ->
            let largest = Array.max outputs
            let isLargest = outputs |> Array.map (fun a -> a >= largest - Tie)
            let share = 1.0 / float (isLargest |> Array.filter id |> Array.length)
            isLargest |> Array.map (fun is -> if is then share else 0.0)

    /// <summary>P(h | v) of all blocks in the limit g → ∞.</summary>
    /// <param name="grainer">The filters.</param>
    /// <param name="visible">Blocks less their origin, [n·v].</param>
    /// <returns>[n][values].</returns>
    let labels (grainer: CoarseGrainer) (visible: float32[]) : float[][] =
        let rows = visible.Length / grainer.Filters[0].Length
        Array.Parallel.init rows (fun row -> outputs grainer visible row |> limit grainer.Variable)

    /// A filter of length 1.
    let internal unit (filter: float[]) : float[] =
        let length = sqrt (filter |> Array.sumBy (fun x -> x * x))
        filter |> Array.map (fun x -> x / length)

    /// <summary>A coarse-grainer with filters of length 1.</summary>
    /// <param name="variable">What h is.</param>
    /// <param name="filters">Λ, [filters][v], none of them 0.</param>
    let create (variable: CoarseVariable) (filters: float[][]) : CoarseGrainer =
        {
            Variable = variable
            Filters = filters |> Array.map unit
        }
