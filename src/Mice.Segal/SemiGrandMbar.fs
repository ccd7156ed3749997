namespace Mice.Segal

open Mice
open Mice.Autoregressive

/// What samples and chains at several temperatures and fields together say of each of them.
[<NoEquality; NoComparison>]
type SemiGrandMbar =
    {
        /// In the order of the temperatures and fields; Samples are those of all.
        Estimates: SemiGrandEstimate[]
        /// Whether the equations were solved, and what the chains asked of themselves.
        Checks: Check list
    }

/// <summary>Samples of a network and configurations of chains at several temperatures and fields, weighed together by MBAR.</summary>
/// <remarks>Densities q of the network are normalised, so that ln Z is absolute, and chains bring states that the network forgets. Errors are those of <c>Mbar</c>; whole chains count as independent, not their configurations.
/// Source: M. R. Shirts, J. D. Chodera, J. Chem. Phys. 129, 124105 (2008), doi:10.1063/1.2978177.</remarks>
[<RequireQualifiedAccess>]
module SemiGrandMbar =
    /// All configurations that were drawn: those of the network first, place by place, then those of chains.
    type private Pool =
        {
            Samples: MbarSamples
            Energies: float[]
            Charges: float[]
        }

    /// −H/k_BT of all configurations.
    let private reduced (s: SemiGrandSystem) (energies: float[]) (charges: float[]) (c: Conditions) : float[] =
        Array.map2 (fun e m -> -(e - c.Field * m) / (s.Boltzmann * c.Temperature)) energies charges

    /// Chains at all places, one place after the other.
    let private chainsAt (run: Run) (chains: NeuralChainOptions option) (all: Conditions[]) (n: SegalNetwork) =
        match chains with
        | None -> Ok [||]
        | Some o ->
            let share = 1.0 / float all.Length

            all
            |> Array.mapi (fun i c ->
                let own =
                    run |> Run.named "chains" |> Run.item i |> Run.within (float i * share) share ""

                NeuralChain.create own o c n)
            |> List.ofArray
            |> Validate.all
            |> Result.map Array.ofList

    let private pool
        (run: Run)
        (o: SemiGrandOptions)
        (all: Conditions[])
        (n: SegalNetwork)
        (chains: NeuralChain[])
        kept
        : Pool =
        let group =
            SymmetricDrawing.operations (Key.named "group" run.Key) o.Operations n.System

        let drawn: MaskedSamples =
            all
            |> Array.collect (Array.replicate o.Samples)
            |> SymmetricDrawing.drawWhole (Run.named "samples" run) n group

        let states =
            Array.append [| drawn.States |] (chains |> Array.map _.States) |> Array.concat

        let struct (energies, charges) = SemiGrandSystem.sums n.System states

        let networks =
            SymmetricDrawing.logarithmsAtAll run n group all states
            |> Array.map2 (fun c found -> SegalNetwork.ofWays n (fun _ -> c) states found) all

        let own = o.Samples * all.Length
        let each = chains |> Array.map (fun c -> c.States.Length / n.System.Sites)

        {
            Samples =
                {
                    Counts = Array.append (all |> Array.map (fun _ -> o.Samples)) each
                    Known = Array.append (all |> Array.map (fun _ -> Some 0.0)) (each |> Array.map (fun _ -> None))
                    LogDensities =
                        chains
                        |> Array.map (fun c -> reduced n.System energies charges c.Conditions)
                        |> Array.append networks
                    // Samples of the network are chains of one; as many configurations of every other chain stand together.
                    Chains = Array.init energies.Length (fun i -> if i < own then i else own + (i - own) / max 1 kept)
                }
            Energies = energies
            Charges = charges
        }

    let private estimate (n: SegalNetwork) (o: SemiGrandOptions) (p: Pool) (m: Mbar) (place: int) (c: Conditions) =
        let sites = float n.System.Sites
        let thermal = n.System.Boltzmann * c.Temperature
        let density = reduced n.System p.Energies p.Charges c
        let first = place * o.Samples

        let variational =
            Array.init o.Samples (fun i -> p.Samples.LogDensities[place][first + i] - density[first + i])

        let average values = Mbar.average m density values

        {
            Conditions = c
            Samples = density.Length
            GrandPotential = Mbar.reducedFreeEnergy m density |> Estimate.scale (thermal / sites)
            Variational = variational |> Statistics.estimate Direction.UpperBound |> Estimate.scale (thermal / sites)
            EffectiveSampleSize = Mbar.effectiveSampleSize m density
            Energy = average p.Energies |> Estimate.scale (1.0 / sites)
            Charge = average p.Charges |> Estimate.scale (1.0 / sites)
            HeatCapacity = Mbar.variance m density density |> Estimate.scale (1.0 / sites)
            Susceptibility = Mbar.variance m density p.Charges |> Estimate.scale (1.0 / (thermal * sites))
        }

    let private solved (m: Mbar) : Check =
        {
            Name = "the equations of MBAR were solved"
            Passed = m.Residual <= 1e-6
            Detail =
                $"{m.Residual:E1} was left after {m.Iterations} steps; 1E-6 is allowed: draw more samples, or take places closer to each other"
        }

    let private chainCheck (chains: NeuralChain[]) : Check list =
        match chains |> Array.filter (fun c -> c.Checks |> List.exists (fun check -> not check.Passed)) with
        | _ when chains.Length = 0 -> []
        | failed ->
            [
                {
                    Name = "chains"
                    Passed = failed.Length = 0
                    Detail =
                        match Array.tryHead failed with
                        | None -> $"all checks of the chains at {chains.Length} places were passed"
                        | Some c ->
                            let check = c.Checks |> List.find (fun check -> not check.Passed)

                            $"not passed at {failed.Length} of {chains.Length} places, first at T = {Number.text c.Conditions.Temperature}, B = {Number.text c.Conditions.Field}: {check.Detail}"
                }
            ]

    /// <summary>Draws samples and runs chains at all temperatures and fields, and weighs all of them at each.</summary>
    /// <param name="run">Threads, key, cancellation, progress.</param>
    /// <param name="o">Samples of the network at each place, and the operations they are moved by.</param>
    /// <param name="chains">Chains at each place; None takes the samples of the network alone.</param>
    /// <param name="all">Temperatures and fields, one or more.</param>
    /// <param name="n">The network.</param>
    /// <returns>Errors: OutOfRange (options, conditions outside the range that the network has learned, more than 2²⁷ densities).</returns>
    let create
        (run: Run)
        (o: SemiGrandOptions)
        (chains: NeuralChainOptions option)
        (all: Conditions[])
        (n: SegalNetwork)
        : Result<SemiGrandMbar, MiceError list> =
        let kept, each =
            match chains with
            | None -> 0, o.Samples
            | Some c -> c.Kept, o.Samples + c.Chains * c.Kept

        validate {
            let! () = Validate.atLeast 1 "the number of temperatures and fields" all.Length
            and! () = Validate.atLeast 2 "the number of samples" o.Samples
            and! () = SymmetricDrawing.faults o.Operations all n
            let! () = MbarEquations.tableFaults (2 * all.Length) (each * all.Length)
            let! walked = chainsAt run chains all n
            let found = pool run o all n walked kept
            let! m = Mbar.solve found.Samples

            return
                {
                    Estimates = all |> Array.mapi (estimate n o found m)
                    Checks = solved m :: chainCheck walked
                }
        }
