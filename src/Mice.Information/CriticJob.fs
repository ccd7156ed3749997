namespace Mice.Information

open System.Collections.Concurrent
open System.Threading
open Mice
open Mice.Tensors

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
    /// The state to begin with: the checkpoint if there is one.
    let private initial key device options (job: CriticJob) (store: RunStore option) =
        let fresh () =
            Ok(BoundTraining.start key device options job.Critic)

        match store with
        | None -> fresh ()
        | Some s ->
            match RunStore.tryLoad job.Name s with
            | Error e -> Error e
            | Ok None -> fresh ()
            | Ok(Some content) -> BoundCheckpoint.ofBytes job.Name device job.Critic content

    let private runOne
        key
        device
        options
        (method: VariationalMethod)
        store
        (report: CriticJob -> int -> unit)
        cancel
        job
        =
        if device = Device.cpu then
            Engine.setThreads 1

        let key = Key.named job.Name key

        let save state =
            store |> Option.iter (RunStore.save job.Name (BoundCheckpoint.toBytes state))

        let progress (state: BoundTrainingState) =
            report job (int state.Optimiser.Step)
            save state

        Tensor.scope (fun () ->
            initial key device options job store
            |> Result.map (fun first ->
                let state =
                    BoundTraining.run
                        key
                        options
                        method.Surrogate
                        job.Critic
                        job.Samples
                        job.Split
                        progress
                        cancel
                        first

                save state
                report job options.Steps
                BoundEstimation.result (Key.named "bootstrap" key) method job.Critic job.Samples job.Split state))

    /// Trains and evaluates all, as many at a time as there are threads (one on other devices than the processor). The report gets the share of
    /// all steps that is done.
    let runAll
        (key: Key)
        (threads: int)
        (options: BoundTrainingOptions)
        (method: VariationalMethod)
        (store: RunStore option)
        (report: float -> unit)
        (cancel: CancellationToken)
        (jobs: CriticJob[])
        : Result<BoundResult[], MiceError list> =
        let device = jobs[0].Samples.X.Device
        let made = ConcurrentDictionary<string, int>()
        let gate = obj ()

        let report (job: CriticJob) step =
            made[job.Name] <- step

            lock gate (fun () -> report (float (Seq.sum made.Values) / float (options.Steps * jobs.Length)))

        let most = if device = Device.cpu then threads else 1
        jobs |> ParallelJobs.run most cancel (runOne key device options method store report cancel)
