namespace Mice.Entropy

open System.Diagnostics
open Mice
open Mice.Samplers
open Mice.Tensors
open Mice.Entropy.Models

/// Entropy of lattice models from nothing: snapshots are drawn, then every method sees the same ones.
[<RequireQualifiedAccess>]
module LatticeEntropy =
    let private sampleOf (model: LatticeModel<'spin>) temperature (drawn: LatticeDraw<'spin>) : LatticeSample<'spin> =
        {
            Data =
                {
                    Snapshots = drawn.Snapshots
                    Spins = model.Spins
                    GroupSnapshots = drawn.SnapshotsPerChain
                    Energies =
                        Some
                            {
                                Beta = 1.0 / temperature
                                Values = drawn.Energies
                                MeanPerSite = drawn.EnergyPerSite
                            }
                    Hamiltonian = Some model.Energy
                    First = Params.empty
                }
            Start =
                { LatticeResult.start temperature (Some drawn.EnergyPerSite) drawn.Checks with
                    Reference = model.Exact temperature
                }
        }

    let private atTemperature
        (options: LatticeEntropyOptions)
        (model: LatticeModel<'spin>)
        (run: Run)
        before
        temperature
        =
        let label = Number.text temperature

        let draw run =
            model.Draw run temperature |> Result.map (sampleOf model temperature)

        LatticeTemperatures.points
            { options with
                Methods = options.Methods |> List.except [ LatticeMethod.Integration ]
            }
            (Run.named label run)
            label
            before
            draw
            (LatticeMethods.apply options)

    /// Points of the integration at all temperatures, from one run. The checkpoint has the temperatures in its name, for the integration depends on all of
    /// them.
    let private integrated integrate (run: Run) temperatures =
        let watch = Stopwatch.StartNew()

        let file = "integration-" + String.concat "," (temperatures |> List.map Number.text)

        let pointOf t (entropy: IntegratedEntropy) =
            LatticeResult.ofIntegration
                (LatticeResult.start t (Some entropy.EnergyPerSite) [])
                watch.Elapsed.TotalSeconds
                entropy

        let compute () =
            let own =
                run |> Run.named "integration" |> Run.within 0.0 1.0 "integration of energies"

            integrate own temperatures |> Result.map (List.map2 pointOf temperatures)

        LatticeTemperatures.kept file compute run

    /// The point with the result of the integration at its temperature as reference.
    let private refer (references: LatticeResult list) (point: LatticeResult) =
        references
        |> List.tryFind (fun r -> r.Temperature = point.Temperature)
        |> Option.map (fun r ->
            { point with
                Reference =
                    Some
                        {
                            EntropyPerSite = r.EntropyPerSite
                            Source = r.Method
                        }
            })
        |> Option.defaultValue point

    /// <summary>Entropies per site at some temperatures, by every method. Where energies are integrated, the result is the reference of the other
    /// methods.</summary>
    /// <param name="options">Methods and how they work.</param>
    /// <param name="run">Key, threads and so on. A store belongs to the model and the options, but not to temperatures and methods: every pair of temperature
    /// and method has a checkpoint of its own. The checkpoint of an integration belongs to the whole list of temperatures.</param>
    /// <param name="model">The model, and how it is sampled.</param>
    /// <param name="temperatures">One or more. A result does not depend on the other temperatures, with two exceptions: integration, and networks that are
    /// handed on from one temperature to the next.</param>
    /// <returns>OutOfRange for faults of the model, the options and the run; UnknownName for methods that the model does not have; the faults of the methods,
    /// before any long work where possible; Mismatch for a store of another calculation.</returns>
    let estimate
        (options: LatticeEntropyOptions)
        (run: Run)
        (model: LatticeModel<'spin>)
        (temperatures: float list)
        : Result<LatticeResult list, MiceError list> =
        let conditions () =
            LatticeModel.sides model.Shape @ model.Parameters @ LatticeModel.describe options model

        validate {
            let! () = LatticeMethods.noTemperature temperatures
            and! () = temperatures |> List.collect model.Faults
            and! () = Run.faults run

            and! () =
                LatticeMethods.faults (LatticeModel.methods model) model.Spins model.Shape options

            let! claimed = Run.claim $"entropy of the model {model.Name}" conditions run

            let integrate =
                model.Integrate |> Option.filter (fun _ -> List.contains LatticeMethod.Integration options.Methods)

            let first =
                if integrate.IsSome then
                    1.0 / float (temperatures.Length + 1)
                else
                    0.0

            let! references =
                match integrate with
                | Some integrate -> integrated integrate (Run.within 0.0 first "" claimed) temperatures
                | None -> Ok []

            let! points =
                LatticeTemperatures.run
                    options
                    (Run.within first (1.0 - first) "" claimed)
                    temperatures
                    (atTemperature options model)

            return List.map (refer references) points @ references
        }
