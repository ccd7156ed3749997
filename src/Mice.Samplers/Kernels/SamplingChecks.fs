namespace Mice.Samplers

open System
open Mice

/// Checks of equilibrium and of independence that every set of chains gets.
[<RequireQualifiedAccess>]
module internal SamplingChecks =
    /// <summary>The mean energy of the second half of all steps less that of the first, 0 in equilibrium. Its error is the larger one of two: that from
    /// the spread of the chains, which is poor for few of them, and that from blocking every half, which is poor for short ones.</summary>
    /// <param name="energies">Energies per site, [chains][steps]; NaN for a single step.</param>
    let drift (energies: float[][]) : Estimate<1> =
        let half = energies[0].Length / 2

        let changes =
            energies |> Array.map (fun e -> Statistics.mean e[half..] - Statistics.mean e[.. half - 1])

        let blocked =
            energies
            |> Array.sumBy (fun e -> Statistics.blocking e[half..] ** 2.0 + Statistics.blocking e[.. half - 1] ** 2.0)
            |> sqrt

        let error =
            Double.MaxNumber(Statistics.standardError changes, blocked / float energies.Length)

        Estimate.create (Statistics.mean changes) error Direction.Exact

    /// <summary>Whether the mean energies of the first and of the second half of all steps are those of one process.</summary>
    /// <param name="steps">What a step is called.</param>
    /// <param name="count">Steps of each chain: of a single one nothing is asked.</param>
    /// <param name="change">The drift of the chains.</param>
    let equilibrium (steps: string) (count: int) (change: Estimate<1>) : Check =
        {
            Name = "the chains were in equilibrium"
            Passed = count < 2 || abs change.Value <= 4.0 * change.StandardError
            Detail =
                $"energy per site of the second half of the {steps} less that of the first {Estimate.format change}, wanted 0 within 4 errors; else raise Equilibrate"
        }

    /// <summary>Whether there are at least two autocorrelation times of the energy between two snapshots of a chain.</summary>
    /// <param name="steps">What a step is called.</param>
    /// <param name="snapshots">Snapshots of a chain.</param>
    /// <param name="every">Steps between two of them.</param>
    /// <param name="time">The autocorrelation time, steps.</param>
    let spacing (steps: string) (snapshots: int) (every: int) (time: Estimate<1>) : Check =
        {
            Name = "snapshots of one chain are independent"
            Passed = snapshots = 1 || float every >= 2.0 * time.Value
            Detail =
                $"{every} {steps} between snapshots, autocorrelation time of the energy {Estimate.format time} {steps}, wanted at least twice as many; else raise Every"
        }

    /// Largest R̂ of chains that agree.
    [<Literal>]
    let private Agreeing = 1.1

    /// <summary>Split R̂: √((n − 1)/n + B/(nW)) of the halves of all chains, n steps each; W the mean of their variances, B/n the variance of their means. 1 for chains of one law, infinite for
    /// chains that stand still in different places. It is about √(1 + 2τ/n) for chains in equilibrium, τ the autocorrelation time, so that it also tells of chains that are too short.
    /// Source: A. Gelman et al., Bayesian Data Analysis, 3rd ed. (2013), section 11.4.</summary>
    /// <param name="resolution">Differences of which nobody asks: their square is added to W.</param>
    /// <param name="series">Values in order of time, [chains][steps].</param>
    /// <returns>NaN below four steps.</returns>
    let splitRHat (resolution: float) (series: float[][]) : float =
        let n = series[0].Length / 2

        if n < 2 then
            nan
        else
            let halves =
                series |> Array.collect (fun chain -> [| chain[.. n - 1]; chain[chain.Length - n ..] |])

            let within = halves |> Array.averageBy Statistics.variance
            let between = halves |> Array.map Statistics.mean |> Statistics.variance
            let least = resolution * resolution
            sqrt (float (n - 1) / float n + between / (within + least))

    /// <summary>Whether chains that began in different states have come to one law.</summary>
    /// <param name="steps">What a step is called.</param>
    /// <param name="remedy">What else to do than to raise numbers.</param>
    /// <param name="observables">Names of quantities with their R̂ and the means of the chains.</param>
    let agreement (steps: string) (remedy: string) (observables: (string * float * float[]) list) : Check =
        let told =
            observables
            |> List.map (fun (name, rHat, means) ->
                $"R̂ = {rHat:G3} of the {name}, whose means of chains are from {Array.min means:G4} to {Array.max means:G4}")
            |> String.concat "; "

        {
            Name = "the chains agree"
            // Written so that too few steps, of which nothing is asked, pass.
            Passed = observables |> List.forall (fun (_, rHat, _) -> not (rHat > Agreeing))
            Detail = $"{told}; wanted {Agreeing} or less; else raise Equilibrate and the number of {steps}, or {remedy}"
        }

    /// Moves of the median chain above which one without any stands still.
    [<Literal>]
    let private Moving = 20.0

    /// <summary>Whether there is no chain that stood still where others moved. A chain in a cold phase may do nothing for long: only chains beside others with 20 moves or more count.</summary>
    /// <param name="steps">What a step is called.</param>
    /// <param name="remedy">What to do.</param>
    /// <param name="accepted">Moves that each chain accepted.</param>
    let movement (steps: string) (remedy: string) (accepted: int64[]) : Check =
        let middle = (Array.sort accepted)[accepted.Length / 2]
        let still = accepted |> Array.filter (fun a -> a = 0L) |> Array.length

        {
            Name = "all chains moved"
            Passed = still = 0 || float middle < Moving
            Detail =
                $"{still} of {accepted.Length} chains accepted no move in all {steps}, the middle one accepted {middle}; wanted none that stands still beside chains with {Moving} or more; else {remedy}"
        }
