namespace Mice.Cli

open System.IO
open System.Text.Json
open Mice
open Mice.Entropy
open Mice.Plots

/// Results of the verbs about lattices as JSON.
[<RequireQualifiedAccess>]
module LatticeJson =
    let private latticeLevel (json: Utf8JsonWriter) (l: LatticeLevel) =
        json.WriteString("half", $"{l.Depth}x{l.Length}")
        json.WriteNumber("volume", l.Depth * l.Length)
        json.WriteNumber("interface_area", l.InterfaceLength)
        JsonResult.directed json "mutual_information_nats" l.MutualInformation

        l.TrainingGain |> Option.iter (fun gain -> JsonResult.number json "training_gain_nats" (float gain))

        json.WriteString("estimator", l.Estimator)
        json.WriteBoolean("saturated", l.Saturated)

    let private latticeReference (json: Utf8JsonWriter) (reference: LatticeReference) =
        if reference.EntropyPerSite.StandardError = 0.0<nat / site> then
            JsonResult.number json "exact_entropy_per_site_nats" (float reference.EntropyPerSite.Value)
            json.WriteString("exact_source", reference.Source)
        else
            JsonResult.estimate json "reference_entropy_per_site_nats" reference.EntropyPerSite
            json.WriteString("reference_source", reference.Source)

    /// Curves by temperature, each with what it is and where it comes from; dM/dT with its half and its peak, where it has one.
    let private derivatives (json: Utf8JsonWriter) (points: LatticePoint list) =
        let found = TemperatureDerivatives.ofPoints points

        let curve (quantity: string) (source: string) (values: TemperatureDerivative<'u> list) () =
            json.WriteString("quantity", quantity)
            json.WriteString("source", source)

            JsonResult.objects json "values" values (fun d ->
                JsonResult.number json "temperature" d.Temperature
                JsonResult.directed json "value" d.Value)

        let slopes (level: InformationSlopes) () =
            curve "mutual_information_slope_nats" "mice" level.Slopes ()
            json.WriteString("half", $"{level.Depth}x{level.Length}")
            level.Peak |> Option.iter (JsonResult.estimate json "peak_temperature")

        JsonResult.objects
            json
            "derivatives"
            [
                if not (List.isEmpty found.EnergyHeatCapacity) then
                    curve "heat_capacity_kb_per_site" "energies" found.EnergyHeatCapacity
                for method, values in found.HeatCapacities do
                    curve "heat_capacity_kb_per_site" method values
                for level in found.Information do
                    slopes level
            ]
            (fun write -> write ())

    /// Writes the result of `mice entropy ising`, `xy` and `snapshots`: one object for each temperature and method, and what changes between temperatures.
    let entropies
        (settings: (string * string) list)
        (versions: (string * string) list)
        (points: LatticePoint list)
        : Stream -> unit =
        JsonResult.document (fun json ->
            JsonResult.objects json "results" points (fun p ->
                JsonResult.number json "temperature" p.Temperature
                json.WriteString("method", p.Method)
                JsonResult.directed json "entropy_per_site_nats" p.EntropyPerSite
                p.UpperBound |> Option.iter (JsonResult.estimate json "upper_bound_per_site_nats")
                p.LowerBound |> Option.iter (JsonResult.estimate json "lower_bound_per_site_nats")
                p.ReducedFreeEnergyPerSite |> Option.iter (JsonResult.estimate json "reduced_free_energy_per_site")
                p.EnergyPerSite |> Option.iter (JsonResult.estimate json "energy_per_site")
                p.Reference |> Option.iter (latticeReference json)

                JsonResult.objects json "levels" p.Levels (latticeLevel json)
                JsonResult.number json "time_seconds" p.Seconds
                JsonResult.checks json p.Checks)

            derivatives json points
            JsonResult.pairs json "settings" settings
            JsonResult.pairs json "versions" versions)

    /// Writes what `mice sample` drew: one object for each temperature.
    let samples
        (settings: (string * string) list)
        (versions: (string * string) list)
        (samples: SampledLattice list)
        : Stream -> unit =
        JsonResult.document (fun json ->
            JsonResult.objects json "results" samples (fun s ->
                JsonResult.number json "temperature" s.Source.Temperature
                json.WriteString("file", s.File)
                json.WriteNumber("snapshots", s.Snapshots)
                json.WriteNumber("snapshots_per_chain", s.Source.SnapshotsPerChain)
                JsonResult.estimate json "energy_per_site" s.Source.EnergyPerSite
                JsonResult.estimate json $"autocorrelation_time_{s.Steps}" s.AutocorrelationTime
                JsonResult.number json "time_seconds" s.Seconds
                JsonResult.checks json s.Checks)

            JsonResult.pairs json "settings" settings
            JsonResult.pairs json "versions" versions)
