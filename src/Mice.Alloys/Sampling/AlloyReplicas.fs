namespace Mice.Alloys

open Mice

/// <summary>Configurations of an alloy side by side, one in each lane of a vector of the processor, each at a temperature and a Δμ of its own: a try costs little more than that of one configuration
/// alone. Mutable; for one thread at a time.</summary>
/// <param name="table">The alloy.</param>
/// <param name="starts">Their states at the start, [replicas][N], at most <c>Width</c> of them.</param>
/// <exception cref="T:System.ArgumentException">There are none, or too many, or they have not N sites.</exception>
[<Sealed; AllowNullLiteral(false)>]
type AlloyReplicas(table: FigureTable, starts: byte[][]) =
    do
        if starts.Length = 0 || starts.Length > TermRuns.Lanes then
            invalidArg (nameof starts) $"{starts.Length} replicas do not fit into {TermRuns.Lanes} lanes."

        if starts |> Array.exists (fun s -> s.Length <> table.Sites) then
            invalidArg (nameof starts) $"Every replica has {table.Sites} sites."

    let lanes = SpinLanes(table, starts)

    /// Most replicas side by side.
    static member Width: int = TermRuns.Lanes

    /// E of each replica, eV.
    member _.Energies: float[] = lanes.Energies

    /// n₁ of each.
    member _.Ones: int[] = lanes.Ones

    /// <summary>The states of a replica, [N].</summary>
    /// <param name="replica">Its number.</param>
    member _.States(replica: int) : byte[] = lanes.States replica

    /// <summary>Sweeps of single turns by Metropolis' rule for weights exp(−β(E − Δμ n₁)), N tries each, at the same random sites for all replicas.</summary>
    /// <param name="sites">The random numbers of sites.</param>
    /// <param name="turns">The random numbers of each replica.</param>
    /// <param name="sweeps">How many.</param>
    /// <param name="betas">1/k_BT of each replica, 1/eV.</param>
    /// <param name="differences">Δμ of each, eV.</param>
    /// <returns>How many turns each accepted.</returns>
    member _.Sweep(sites: Key, turns: Key[], sweeps: int, betas: float[], differences: float[]) : int[] =
        let sites, generators = Key.generator sites, turns |> Array.map Key.generator
        let accepted = Array.zeroCreate<int> starts.Length

        for _ in 1..sweeps do
            AlloyChains.sweep sites generators betas differences lanes
            |> Array.iteri (fun i count -> accepted[i] <- accepted[i] + count)

        accepted
