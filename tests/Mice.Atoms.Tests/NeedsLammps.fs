module Mice.Atoms.Tests.NeedsLammps

open Expecto
open Mice
open Mice.Atoms

/// Skips the test where LAMMPS or the OpenKIM model of sodium is missing.
let needsLammps () =
    match Lammps.find (), KimModel.library (LammpsOptions.sodium Phase.Solid).Model with
    | Error error, _
    | _, Error error -> skiptest (MiceError.message error)
    | Ok _, Ok _ -> ()
