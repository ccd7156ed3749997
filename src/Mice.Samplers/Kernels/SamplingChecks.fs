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
