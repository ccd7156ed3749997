namespace Mice.Segal

open Mice
open Mice.Samplers

/// What chains with proposals of a network say of a system at one temperature and field.
[<NoEquality; NoComparison>]
type NeuralChain =
    {
        Conditions: Conditions
        /// ⟨E⟩/N.
        Energy: Estimate<1>
        /// ⟨Σ charge⟩/N.
        Charge: Estimate<1>
        /// (⟨H²⟩ − ⟨H⟩²)/(k_BT²N), H = E − BΣ charge, in units of k_B.
        HeatCapacity: Estimate<1>
        /// (⟨(Σ charge)²⟩ − ⟨Σ charge⟩²)/(k_BTN).
        Susceptibility: Estimate<1>
        /// Share of the network's proposals that were taken.
        Acceptance: float
        /// Share of the updates of single sites that were taken; NaN without sweeps.
        LocalAcceptance: float
        /// Integrated autocorrelation time, rounds: that of the energy or of the charge, the longer one.
        AutocorrelationTime: Estimate<1>
        /// Rounds that a chain stayed in one configuration and refused all that was proposed, the most of any chain.
        LongestStay: int
        /// [chains; kept; sites], row-major.
        States: byte[]
        /// Whether the chains were in equilibrium, and whether they moved.
        Checks: Check list
    }

/// <summary>Markov chains whose proposals are samples of a network, mixed with updates of single sites.</summary>
/// <remarks>A proposal s′ from q is taken with min(1, w(s′)/w(s)), w = exp(−(E − BΣ charge)/k_BT)/q (independence Metropolis–Hastings). Together with updates of single sites every
/// configuration is reached, so that averages are without bias, whatever the network has forgotten, once chains have run long against their autocorrelation time; weights of samples
/// alone are not. ln q has 32-bit numbers, so that detailed balance holds to some 1e-6. Chains start from the network. Means: the larger error of the spread of the chains and of blocking; fluctuations: delete-one
/// jackknife over the chains. Source: K. A. Nicoli et al., Phys. Rev. E 101, 023304 (2020), doi:10.1103/PhysRevE.101.023304.</remarks>
[<RequireQualifiedAccess>]
module NeuralChain =
    /// 64 chains of 400 rounds after 50, one sweep a round, 32 configurations of each kept; proposals are not moved.
    let defaults: NeuralChainOptions =
        {
            Chains = 64
            Rounds = 400
            Equilibrate = 50
            Sweeps = 1
            Kept = 32
            Operations = 1
        }

    let private faults (o: NeuralChainOptions) : MiceError list =
        [
            yield! Validate.atLeast 4 "the number of chains" o.Chains
            yield! Validate.atLeast 2 "the number of rounds" o.Rounds
            yield! Validate.atLeast 0 "the rounds of equilibration" o.Equilibrate
            yield! Validate.atLeast 0 "the sweeps of a round" o.Sweeps
            yield!
                Validate.that
                    "the configurations that are kept"
                    "1 to the rounds"
                    (fun k -> k >= 1 && k <= o.Rounds)
                    o.Kept
            yield! Validate.atLeast 1 "the number of operations" o.Operations
        ]

    /// ⟨x²⟩ − ⟨x⟩² over all rounds of all chains.
    let private fluctuation (series: float[][]) : Estimate<1> =
        let count = float series.Length

        let moments =
            series |> Array.map (fun x -> struct (Array.average x, Array.averageBy (fun v -> v * v) x))

        let variance items =
            let mean = items |> Array.averageBy (fun (struct (m, _)) -> m)
            (items |> Array.averageBy (fun (struct (_, s)) -> s)) - mean * mean

        let struct (value, error) = Statistics.jackknife variance moments
        // As for means: errors of few chains are those of Student's t.
        Estimate.create value (error * sqrt ((count - 1.0) / (count - 3.0))) Direction.Exact

    /// The longest a chain may stay, and the fewest autocorrelation times of a chain.
    let private longest, private fewest = 0.25, 20.0

    let private moved (o: NeuralChainOptions) (acceptance: float) (stay: int) (time: Estimate<1>) : Check list =
        [
            {
                Name = "the chains moved"
                Passed = float stay <= longest * float o.Rounds
                Detail =
                    $"a chain stayed in one configuration for {stay} of {o.Rounds} rounds, at most a quarter is wanted; {100.0 * acceptance:F1} %% of the network's proposals were taken: train longer, or run more rounds"
            }
            {
                Name = "the chains were long enough"
                Passed = fewest * time.Value <= float o.Rounds
                Detail =
                    $"autocorrelation time {Estimate.format time} of {o.Rounds} rounds, wanted at least {fewest:F0} times as many: run more rounds"
            }
        ]

    let private collect (p: ChainSetting) (r: ChainRecord) : NeuralChain =
        let s, o, c = p.Network.System, p.Options, p.Under
        let sites, thermal = float s.Sites, s.Boltzmann * c.Temperature
        let perSite = Array.map (Array.map (fun x -> x / sites))
        let acceptance = float (Array.sum r.Taken) / float (o.Chains * o.Rounds)

        let enthalpies =
            Array.map2 (Array.map2 (fun e m -> e - c.Field * m)) r.EnergySeries r.ChargeSeries

        let time =
            [ r.EnergySeries; r.ChargeSeries ]
            |> List.map Statistics.autocorrelationTimeOfChains
            |> List.maxBy _.Value

        let snapshot chain =
            [| for states in r.Snapshots -> Array.sub states (chain * s.Sites) s.Sites |] |> Array.concat

        {
            Conditions = c
            Energy = perSite r.EnergySeries |> Chains.meanOfSteps
            Charge = perSite r.ChargeSeries |> Chains.meanOfSteps
            HeatCapacity = fluctuation enthalpies |> Estimate.scale (1.0 / (thermal * thermal * sites))
            Susceptibility = fluctuation r.ChargeSeries |> Estimate.scale (1.0 / (thermal * sites))
            Acceptance = acceptance
            LocalAcceptance = (Array.sumBy float r.Turned) / (float o.Chains * float o.Rounds * float o.Sweeps * sites)
            AutocorrelationTime = time
            LongestStay = Array.max r.Longest
            States = Array.init o.Chains snapshot |> Array.concat
            Checks =
                SamplingChecks.equilibrium "rounds" o.Rounds (SamplingChecks.drift (perSite enthalpies))
                :: moved o acceptance (Array.max r.Longest) time
        }

    /// <summary>Runs chains. Same key, same result, on any number of threads.</summary>
    /// <param name="run">Threads, key, cancellation, progress.</param>
    /// <param name="o">How.</param>
    /// <param name="c">Temperature and field.</param>
    /// <param name="n">The network.</param>
    /// <returns>Errors: OutOfRange (options, conditions outside the range that the network has learned).</returns>
    let create
        (run: Run)
        (o: NeuralChainOptions)
        (c: Conditions)
        (n: SegalNetwork)
        : Result<NeuralChain, MiceError list> =
        validate {
            let! () = faults o
            and! () = SymmetricDrawing.faults o.Operations [| c |] n
            and! () = Run.faults run

            let setting =
                {
                    Network = n
                    Options = o
                    Under = c
                    Group = SymmetricDrawing.operations (Key.named "group" run.Key) o.Operations n.System
                }

            return NeuralWalk.walk run setting |> collect setting
        }
