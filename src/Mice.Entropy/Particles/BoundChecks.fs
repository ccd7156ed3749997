namespace Mice.Entropy

open System
open Mice

/// Checks of an upper bound from several networks, whatever they learned.
[<RequireQualifiedAccess>]
module internal BoundChecks =
    /// Largest spread of the networks, k_B per atom: a third of an entropy of melting. With a larger spread no difference of phases can be found.
    [<Literal>]
    let private LargestSpread = 0.3

    /// Whether there is a bound at all.
    let isNumber (total: Estimate<kB / atom>) : Check =
        {
            Name = "the bound is a number"
            Passed = Double.IsFinite(float total.Value) && Double.IsFinite(float total.StandardError)
            Detail = "if not, training diverged: lower the learning rate"
        }

    /// Whether networks that learned from different snapshots say the same.
    let agree (networks: Estimate<kB / atom>[]) (total: Estimate<kB / atom>) : Check =
        let values = networks |> Array.map (fun e -> float e.Value)
        let spread = Array.max values - Array.min values

        {
            Name = "the networks agree"
            Passed =
                Array.forall Double.IsFinite values
                && spread <= 6.0 * max (float total.StandardError) 0.01
                && spread <= LargestSpread
            Detail =
                $"spread of {networks.Length} networks {spread:F3} k_B per atom, wanted at most 6 errors of the mean and at most {LargestSpread}"
        }
