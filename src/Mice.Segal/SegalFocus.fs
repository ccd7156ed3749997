namespace Mice.Segal

open Mice

/// Parts of a range by how much a network has still to learn there, with the snapshots of each.
[<NoEquality; NoComparison>]
type internal SegalFocus =
    {
        Range: ConditionRange
        /// T → the field that turns a lattice over, where flipping it is a symmetry.
        Width: (float -> float) option
        /// Shares of a part and those before it.
        Cumulative: float[]
        /// Snapshots of each part.
        Members: int[][]
    }

/// <summary>Where a network learns most: parts of the range are drawn in proportion to their divergence.</summary>
[<RequireQualifiedAccess>]
module internal SegalFocus =
    /// Parts along temperature and field, and snapshots that show the divergence.
    let private side, private looked = 8, 8192

    /// <summary>Finds what is left to learn.</summary>
    /// <param name="run">Threads, key, cancellation.</param>
    /// <param name="range">What is learned.</param>
    /// <param name="snapshots">Snapshots in equilibrium.</param>
    /// <param name="n">The network.</param>
    /// <returns>Parts without snapshots, and those without divergence, are never drawn; None where there is none at all.</returns>
    let create (run: Run) (range: ConditionRange) (snapshots: ThermalSnapshots) (n: SegalNetwork) : SegalFocus option =
        let width = SemiGrandSystem.turningField n.System

        let partOf i =
            ConditionRange.part side width range snapshots.Conditions[i]

        let chosen = SegalDivergence.choose (Key.named "chosen" run.Key) looked snapshots

        let divergences =
            SegalDivergence.differences run snapshots chosen n
            |> Array.zip chosen
            |> Array.groupBy (fst >> partOf)
            |> Array.map (fun (part, own) -> part, own |> Array.averageBy snd |> max 0.0)
            |> Map.ofArray

        let members =
            [| 0 .. snapshots.Conditions.Length - 1 |] |> Array.groupBy partOf |> Map.ofArray

        let weights =
            Array.init (side * side) (fun part -> divergences |> Map.tryFind part |> Option.defaultValue 0.0)

        let whole = Array.sum weights

        if whole > 0.0 then
            Some
                {
                    Range = range
                    Width = width
                    Cumulative = weights |> Array.scan (fun sum w -> sum + w / whole) 0.0 |> Array.tail
                    Members =
                        Array.init (side * side) (fun part -> members |> Map.tryFind part |> Option.defaultValue [||])
                }
        else
            None

    let private part (f: SegalFocus) (share: float) : int =
        f.Cumulative
        |> Array.tryFindIndex (fun sum -> share < sum)
        |> Option.defaultWith (fun () -> Array.findIndexBack (fun own -> Array.length own > 0) f.Members)

    /// <summary>Random conditions, stratified over the shares of parts.</summary>
    let conditions (generator: Generator) (count: int) (f: SegalFocus) : Conditions[] =
        Array.init count (fun i ->
            let part = part f ((float i + generator.NextFloat()) / float count)
            let t = generator.NextFloat()
            ConditionRange.within side f.Width f.Range part (struct (t, generator.NextFloat())))

    /// <summary>A random snapshot.</summary>
    let snapshot (generator: Generator) (f: SegalFocus) : int =
        let own = f.Members[part f (generator.NextFloat())]
        own[generator.NextInt own.Length]
