namespace Mice.Fuzzing

/// All formats that Mice reads.
[<RequireQualifiedAccess>]
module ReaderFormats =
    /// Samples, arrays, snapshots of lattices, trajectories, tables.
    let all: Format list =
        List.concat
            [
                SampleFuzz.formats
                NumPyFuzz.formats
                SnapshotFuzz.formats
                [ DumpFuzz.format; XyzFuzz.format; ThermoFuzz.format; LogFuzz.format ]
            ]
