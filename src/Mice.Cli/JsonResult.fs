namespace Mice.Cli

open System
open System.Text.Json
open Mice
open Mice.Atoms
open Mice.Entropy
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

    let private estimated (json: Utf8JsonWriter) (name: string) (e: Estimate<1>) =
        number json name e.Value
        number json $"{name}_standard_error" e.StandardError

    let rec private write (json: Utf8JsonWriter) (rows: ResultRow list) =
        for row in rows do
            match row.Value with
            | ResultValue.Principal e ->
                estimated json row.Key e
                number json "standard_error" e.StandardError
                json.WriteString("direction", Direction.name e.Direction)
            | ResultValue.Estimate e ->
                estimated json row.Key e
                json.WriteString($"{row.Key}_direction", Direction.name e.Direction)
            | ResultValue.Number(value, _) -> number json row.Key value
            | ResultValue.Count count -> json.WriteNumber(row.Key, count)
            | ResultValue.Text text -> json.WriteString(row.Key, text)
            | ResultValue.Flag answer -> json.WriteBoolean(row.Key, answer)
            | ResultValue.Texts items ->
                json.WriteStartArray row.Key
                items |> List.iter json.WriteStringValue
                json.WriteEndArray()
            | ResultValue.Record inner ->
                json.WriteStartObject row.Key
                inner |> ResultRow.named |> write json
                json.WriteEndObject()
            | ResultValue.Table records
            | ResultValue.Curve records -> objects json row.Key records (ResultRow.named >> write json)

    /// Writes a result.
    let create (versions: (string * string) list) (d: ResultDescription) : IO.Stream -> unit =
        document (fun json -> d |> ResultDescription.rows versions |> write json)

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

    /// An estimate as three fields: value, error, direction.
    let internal directed (json: Utf8JsonWriter) (name: string) (e: Estimate<'u>) =
        number json name (float e.Value)
        number json "standard_error" (float e.StandardError)
        json.WriteString("direction", Direction.name e.Direction)
