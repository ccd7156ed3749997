/// Networks that users wrote with TorchSharp as critics.
module Mice.Information.Tests.ModuleCriticTests

open Expecto
open TorchSharp
open Mice
open Mice.Tensors
open Mice.Information
open Mice.Information.Tests.Reference
open Mice.Information.Tests.Gaussians

/// A plain module of TorchSharp, as its users write it.
type private Encoder() as this =
    inherit torch.nn.Module<torch.Tensor, torch.Tensor>("encoder")
    let wide = torch.nn.Linear(1, 32)
    let out = torch.nn.Linear(32, 16)
    do this.RegisterComponents()

    override _.forward(x: torch.Tensor) =
        use hidden = wide.forward x
        use bent = hidden.relu ()
        out.forward bent

let private theirs () =
    Layer.ofModule (fun () -> new Encoder())

[<Tests>]
let tests =
    testList
        "ModuleCriticTests"
        [
            test "a critic of plain TorchSharp modules finds the information of correlated Gaussians" {
                let samples = gaussians 1UL 1600 1
                let split = PairedSamples.split (Key.ofSeed 3UL) 50 0.2 0.3 samples.Count |> ok

                let options =
                    { BoundTrainingOptions.defaults with
                        Steps = 160
                        BatchSize = 128
                        LearningRate = 1e-2
                        Averaging = 0.9
                        ValidateEvery = 40
                        Patience = 4
                    }

                let method = VariationalMethod.byName "infonce" |> ok
                let critic = Critic.separable (theirs ()) (theirs ())

                let train () =
                    BoundEstimation.run options (Run.seeded 5UL Run.quiet) method critic samples split |> ok

                let found = (train ()).Test.Estimate
                let value, error = float found.Value, float found.StandardError
                // Four standard errors, and 0.03 nats that small networks and 800 rows leave, as for our own critics.
                Expecting.within (4.0 * error + 0.03) value (exact 1) "the bound meets the exact information"
                Expect.isTrue (error < 0.05) "the error is small"
                Expect.equal (float (train ()).Test.Estimate.Value) value "the same key trains the same critic"
            }
        ]
