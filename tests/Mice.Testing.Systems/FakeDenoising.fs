/// A stand-in for a denoising entropy, so that what is built on one can be tested without training a network.
module Mice.Testing.Systems.FakeDenoising

open Mice
open Mice.Atoms
open Mice.Entropy

/// A result with snapshots that scatter by themselves.
let scattering (_: DenoisingOptions) (run: Run) (given: Snapshot[]) : Result<DenoisingResult, MiceError list> =
    Run.tell "network 1 of 3" 0.5 "half way" run

    let upper value =
        Estimate.create (value * 1.0<kB / atom>) 0.01<kB / atom> Direction.UpperBound

    let ofSnapshot i (s: Snapshot) =
        let value = -4.4 + 0.01 * float (i % 3)

        {
            Step = s.Step
            Network = i / 5
            Entropy = value
            Passes = [| struct (value, value) |]
        }

    Ok
        {
            ExcessEntropy = upper -4.39
            Looseness = None
            Corrected = None
            NetworkEntropies = [| for shift in [ -0.01; 0.0; 0.01 ] -> upper (-4.39 + shift) |]
            BySnapshot = given |> Array.mapi ofSnapshot
            Phase = DenoisingPhase.Crystal
            Levels =
                [|
                    for k in 0..3 ->
                        {
                            Sigma = 0.25 * float (k + 1)
                            Explained = Estimate.create (1.0 / float (k + 1)) 0.01 Direction.LowerBound
                            Smallest = 0.2
                        }
                |]
            Training =
                [|
                    for _ in 1..3 ->
                        [|
                            {
                                Step = 10
                                Loss = 2.0
                                Held = Some -4.0
                            }
                        |]
                |]
            Cutoff = 7.0<Angstrom>
            Atoms = given |> Array.tryHead |> Option.map Snapshot.count |> Option.defaultValue 0
            Snapshots = given.Length
            VolumePerAtom = 40.4
            Seconds = 12.0
            Checks =
                [
                    {
                        Name = "no configuration dominates"
                        Passed = true
                        Detail = "none does"
                    }
                ]
            Settings = [ "networks", "3" ]
        }
