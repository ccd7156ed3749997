namespace Mice.Cli

open System
open System.Text.Json
open Mice
open Mice.Atoms
open Mice.Entropy
open Mice.Information
open Mice.Plots

/// Results as JSON for scripts: snake_case keys with units in the name; numbers that are not finite become null.
[<RequireQualifiedAccess>]
module JsonResult =

    let internal number (json: Utf8JsonWriter) (name: string) (value: float) =
        if Double.IsFinite value then
            json.WriteNumber(name, value)
        else
            json.WriteNull name

    /// Value and, beside it, its standard error.
    let internal estimate (json: Utf8JsonWriter) (name: string) (e: Estimate<'u>) =
        number json name (float e.Value)
        number json $"{name}_standard_error" (float e.StandardError)

    let internal pairs (json: Utf8JsonWriter) (name: string) (items: (string * string) list) =
        json.WriteStartObject name

        // A setting that is given twice is one setting.
        for key, value in items |> List.distinctBy fst do
            json.WriteString(key, value)

        json.WriteEndObject()

    let internal checks (json: Utf8JsonWriter) (items: Check list) =
        json.WriteBoolean("passed", items |> List.forall (fun c -> c.Passed))
        json.WriteStartArray "checks"

        for item in items do
            json.WriteStartObject()
            json.WriteString("name", item.Name)
            json.WriteBoolean("passed", item.Passed)
            json.WriteString("detail", item.Detail)
            json.WriteEndObject()

        json.WriteEndArray()

    let internal objects (json: Utf8JsonWriter) (name: string) (items: 'a seq) (fields: 'a -> unit) =
        json.WriteStartArray name

        for item in items do
            json.WriteStartObject()
            fields item
            json.WriteEndObject()

        json.WriteEndArray()

    /// Fields of one scan.
    let private scan (json: Utf8JsonWriter) (s: ScanResult) =
        estimate json "excess_entropy_kb_per_atom" s.ExcessEntropy
        json.WriteString("direction", Direction.name s.ExcessEntropy.Direction)
        s.Looseness |> Option.iter (estimate json "looseness_kb_per_atom")
        s.Corrected |> Option.iter (estimate json "corrected_excess_entropy_kb_per_atom")
        estimate json "calibration" s.Calibration
        number json "volume_per_atom_angstrom3" s.VolumePerAtom
        json.WriteNumber("atoms", s.Atoms)
        json.WriteNumber("snapshots", s.Snapshots)
        json.WriteNumber("test_snapshots", s.TestSnapshots)
        number json "time_seconds" s.Seconds

        objects json "networks" s.NetworkEntropies (fun e -> estimate json "excess_entropy_kb_per_atom" e)

        objects json "by_cutoff" s.ByCutoff (fun row ->
            number json "cutoff_angstrom" (float row.Cutoff)
            estimate json "excess_entropy_kb_per_atom" row.ExcessEntropy)

    let internal document (fields: Utf8JsonWriter -> unit) (stream: IO.Stream) : unit =
        use json = new Utf8JsonWriter(stream, JsonWriterOptions(Indented = true))
        json.WriteStartObject()
        fields json
        json.WriteEndObject()
        json.Flush()
        stream.WriteByte 10uy

    /// Writes the result of `mice entropy atoms`.
    let entropy (versions: (string * string) list) (s: ScanResult) : IO.Stream -> unit =
        document (fun json ->
            scan json s
            json.WriteString("caveat", ScanReport.caveat)
            checks json s.Checks
            pairs json "settings" s.Settings
            pairs json "versions" versions)

    /// Writes the result of `mice melt`. The direction at the top is that of the differences and of T_m.
    let melting (versions: (string * string) list) (r: MeltingResult) : IO.Stream -> unit =
        document (fun json ->
            estimate json "excess_entropy_solid_kb_per_atom" r.Solid.ExcessEntropy
            json.WriteString("excess_entropy_solid_direction", Direction.name r.Solid.ExcessEntropy.Direction)
            estimate json "excess_entropy_liquid_kb_per_atom" r.Liquid.ExcessEntropy
            json.WriteString("excess_entropy_liquid_direction", Direction.name r.Liquid.ExcessEntropy.Direction)
            estimate json "delta_entropy_kb_per_atom" r.DeltaEntropy
            estimate json "delta_entropy_of_bounds_kb_per_atom" r.DeltaEntropyOfBounds
            estimate json "delta_enthalpy_kj_per_mol" r.DeltaEnthalpy
            estimate json "delta_heat_capacity_kj_per_mol_kelvin" r.DeltaHeatCapacity
            estimate json "delta_gibbs_kj_per_mol" r.DeltaGibbs
            estimate json "melting_temperature_kelvin" r.MeltingTemperature
            estimate json "melting_temperature_heat_capacity_corrected_kelvin" r.MeltingTemperatureCorrected
            json.WriteString("direction", Direction.name r.DeltaEntropy.Direction)
            json.WriteString("caveat", ScanReport.caveat)
            number json "temperature_kelvin" (float r.Temperature)
            number json "pressure_bar" (float r.Pressure)
            checks json r.Checks

            for name, phase, thermodynamics in
                [
                    "solid", r.Solid, r.SolidThermodynamics
                    "liquid", r.Liquid, r.LiquidThermodynamics
                ] do
                json.WriteStartObject name
                scan json phase
                estimate json "thermo_volume_per_atom_angstrom3" thermodynamics.Volume
                estimate json "configurational_enthalpy_kj_per_mol" thermodynamics.Enthalpy
                estimate json "configurational_heat_capacity_kj_per_mol_kelvin" thermodynamics.HeatCapacity
                json.WriteEndObject()

            objects json "gibbs_curve" r.GibbsCurve (fun point ->
                number json "temperature_kelvin" (float point.Temperature)
                estimate json "delta_gibbs_linear_kj_per_mol" point.Linear
                estimate json "delta_gibbs_heat_capacity_corrected_kj_per_mol" point.Corrected)

            pairs json "settings" r.Settings
            pairs json "versions" versions)

    /// Writes what a run of molecular dynamics gave and where its files are.
    let dynamics
        (versions: (string * string) list)
        (settings: (string * string) list)
        (run: LammpsRun)
        (r: MdResult)
        : IO.Stream -> unit =
        document (fun json ->
            json.WriteString("trajectory", run.Trajectory)
            json.WriteString("thermo", run.Thermo)
            json.WriteNumber("atoms", r.Atoms)
            json.WriteNumber("snapshots", r.Snapshots)
            estimate json "temperature_kelvin" r.Temperature.Mean
            estimate json "pressure_bar" r.Pressure.Mean
            estimate json "potential_energy_ev_per_atom" r.PotentialEnergy.Mean
            estimate json "enthalpy_ev_per_atom" r.Enthalpy.Mean
            estimate json "volume_per_atom_angstrom3" r.Volume.Mean
            pairs json "settings" settings
            pairs json "versions" versions)

    /// A mutual information with its error and direction, under the names that scripts rely on.
    let private information (json: Utf8JsonWriter) (e: Estimate<nat>) =
        number json "mutual_information_nats" (float e.Value)
        number json "standard_error" (float e.StandardError)
        json.WriteString("direction", Direction.name e.Direction)

    /// A number and its standard error, both null where there is none.
    let private optional (json: Utf8JsonWriter) (name: string) (e: Estimate<nat> option) =
        e
        |> Option.defaultValue (Estimate.create (nan * 1.0<nat>) (nan * 1.0<nat>) Direction.NoBound)
        |> estimate json name

    let private reliability (json: Utf8JsonWriter) (r: Reliability) =
        json.WriteStartObject "reliability"
        optional json "train_test_gap_nats" r.TrainTestGap
        number json "product_pairs" (Option.defaultValue nan r.ProductPairs)
        number json "effective_pairs" (Option.defaultValue nan r.EffectivePairs)
        json.WriteBoolean("saturated", r.Saturated)
        estimate json "shuffle_baseline_nats" r.ShuffleBaseline
        optional json "extrapolation_nats" r.Extrapolation

        match r.Disagreement with
        | None -> json.WriteNull "largest_disagreement"
        | Some struct (first, second, errors) ->
            json.WriteStartObject "largest_disagreement"
            json.WriteString("first", first)
            json.WriteString("second", second)
            number json "standard_errors" errors
            json.WriteEndObject()

        optional json "entropy_limit_nats" r.EntropyLimit
        json.WriteStartArray "tied_columns"
        r.Ties.Columns |> List.iter json.WriteStringValue
        json.WriteEndArray()
        number json "tied_fraction" r.Ties.TiedFraction
        number json "effective_rows" r.EffectiveRows
        json.WriteEndObject()

    /// Writes the result of `mice mi`.
    let mutualInformation (versions: (string * string) list) (r: MutualInformationResult) : IO.Stream -> unit =
        document (fun json ->
            information json r.MutualInformation
            json.WriteString("method", r.Method)

            objects json "estimates" r.Estimates (fun e ->
                json.WriteString("method", e.Method)
                information json e.Estimate
                number json "time_seconds" e.Seconds
                json.WriteString("remark", e.Remark))

            reliability json r.Reliability
            checks json r.Checks
            json.WriteStartArray "notes"
            r.Notes |> List.iter json.WriteStringValue
            json.WriteEndArray()

            pairs
                json
                "kinds"
                [
                    "x", MutualInformationReport.kind r.KindX
                    "y", MutualInformationReport.kind r.KindY
                ]

            json.WriteNumber("rows", r.Rows)
            json.WriteStartObject "columns"
            json.WriteNumber("x", r.ColumnsX)
            json.WriteNumber("y", r.ColumnsY)
            json.WriteEndObject()

            number json "time_seconds" r.Seconds
            pairs json "settings" r.Settings
            pairs json "versions" versions)

    /// An estimate as three fields: value, error, direction.
    let internal directed (json: Utf8JsonWriter) (name: string) (e: Estimate<'u>) =
        number json name (float e.Value)
        number json "standard_error" (float e.StandardError)
        json.WriteString("direction", Direction.name e.Direction)
