namespace Mice.Rsmi

open System.Diagnostics
open Mice
open Mice.Information
open Mice.Learning

/// <summary>Real-space mutual information: what the best coarse variable of a block knows of its far environment.</summary>
[<NoComparison>]
type RsmiResult =
    {
        /// I(H : E) of the best filters, nats.
        Information: Estimate<nat>
        /// The filters of the seed that validation chose.
        Best: CoarseGrainer
        /// How the number was certified.
        Certificate: Certificate
        /// Filters of all seeds.
        Ensemble: TrainedFilters
        /// Their principal components.
        Components: FilterEnsemble
        /// Checks.
        Checks: Check list
        /// Time, s.
        Seconds: float
    }

/// Finding and certifying filters.
[<RequireQualifiedAccess>]
module Rsmi =
    /// Information below which a filter found nothing, nats.
    [<Literal>]
    let Collapsed = 0.005

    let private checks (options: RsmiOptions) (trained: TrainedFilters) (c: Certificate) : Check list =
        let bound, counted = c.RetrainedBound, c.Counted
        let error = float bound.StandardError
        let entropy = log (float (CoarseVariable.values options.Variable))

        let found =
            trained.Validated |> Array.filter (fun v -> v > Collapsed) |> Array.length

        [
            TrainingOutcome.stayedFinite [ "filters", trained.Outcome ]
            {
                Name = "a seed found something"
                Passed = found > 0 && float bound.Value > 3.0 * error
                Detail =
                    $"{found} of {options.Seeds} seeds above {Collapsed} nats on validation samples, the certified value {Estimate.format bound}, wanted more than 3 errors; else nothing of E can be known from V at this distance, or more samples are needed"
            }
            {
                Name = "no more than H can hold"
                Passed = float bound.Value <= entropy + 3.0 * error
                Detail = $"{Estimate.format bound} against ln |H| = {entropy:F4}"
            }
            {
                Name = "counting agrees"
                Passed =
                    float (counted.Value - bound.Value)
                    <= 0.02 + 3.0 * sqrt (error * error + float counted.StandardError ** 2.0)
                Detail =
                    $"counting classes of the critic gives {Estimate.format counted}, the critic's bound {Estimate.format bound}; wanted no more than 0.02 and 3 errors above"
            }
            {
                Name = "the critic did not memorise"
                Passed = c.OnTraining - float bound.Value <= 0.1 + 3.0 * error
                Detail =
                    $"{c.OnTraining:F4} nats on its training samples, {Estimate.format bound} on test samples; wanted within 0.1 and 3 errors; else give more samples"
            }
        ]

    /// <summary>Trains filters of many seeds, chooses the best by validation samples, and certifies it on test samples.</summary>
    /// <param name="options">How.</param>
    /// <param name="run">Key, threads, store.</param>
    /// <param name="samples">Blocks and environments.</param>
    /// <returns>Errors: OutOfRange for options; TooFewData for fewer training samples than parameters of the filters; Mismatch, BadFile of the store.</returns>
    /// <exception cref="T:System.OperationCanceledException">The work was cancelled; a checkpoint is left.</exception>
    let estimate (options: RsmiOptions) (run: Run) (samples: RsmiSamples) : Result<RsmiResult, MiceError list> =
        let clock = Stopwatch.StartNew()
        // The networks are too small for several threads, which would wait for each other.
        let run = { run with Threads = min 1 run.Threads }

        validate {
            let! options = RsmiOptions.check options
            and! () = Run.faults run
            let split = RsmiSamples.split options.Samples run.Key samples
            let needed = CoarseVariable.filters options.Variable * samples.VisibleSize

            let! () =
                let training =
                    samples.Source.Configurations.Length * samples.Regions.Visible.Length / 10 * 6

                if training < needed then
                    [
                        MiceError.TooFewData(
                            "training samples",
                            training,
                            needed,
                            "Give more samples than the filters have parameters."
                        )
                    ]
                else
                    []

            let! trained =
                FilterTraining.train options samples split (run |> Run.named "filters" |> Run.within 0.0 0.6 "")

            let best = Array.findIndex ((=) (Array.max trained.Validated)) trained.Validated

            let! certificate =
                Certificate.create
                    options
                    samples
                    split
                    trained.Grainers[best]
                    (run |> Run.named "certificate" |> Run.within 0.6 0.4 "")

            return
                {
                    Information = certificate.RetrainedBound
                    Best = trained.Grainers[best]
                    Certificate = certificate
                    Ensemble = trained
                    Components = trained.Grainers |> Array.map _.Filters |> FilterEnsemble.create run.Key
                    Checks = checks options trained certificate
                    Seconds = clock.Elapsed.TotalSeconds
                }
        }
