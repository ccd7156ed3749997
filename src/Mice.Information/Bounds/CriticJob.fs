namespace Mice.Information

open Mice

/// One critic to be trained and evaluated.
type internal CriticJob =
    {
        /// Name, of its checkpoint too.
        Name: string
        /// The critic, which may depend on the training rows.
        Critic: Critic
        /// The samples.
        Samples: PairedSamples
        /// Their split.
        Split: SampleSplit
    }

/// Training and evaluating several critics at a time.
[<RequireQualifiedAccess>]
module internal CriticJob =
    /// Trains and evaluates all, as many at a time as there are threads.
    let runAll
        (options: BoundTrainingOptions)
        (run: Run)
        (method: VariationalMethod)
        (jobs: CriticJob[])
        : Result<BoundResult[], MiceError list> =
        let work part (job: CriticJob) =
            let own =
                part |> Run.within 0.0 1.0 job.Name |> Run.named job.Name |> Run.below job.Name

            BoundEstimation.run options own method job.Critic job.Samples job.Split

        Run.jobs (fun _ -> 1.0) work jobs run
