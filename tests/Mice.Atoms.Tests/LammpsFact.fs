namespace Mice.Atoms.Tests

open Xunit
open Mice
open Mice.Atoms

/// A fact that needs LAMMPS and the OpenKIM model of sodium.
type LammpsFactAttribute() as this =
    inherit FactAttribute()

    do
        match Lammps.find (), KimModel.library (LammpsOptions.sodium Phase.Solid).Model with
        | Error error, _
        | _, Error error -> this.Skip <- MiceError.message error
        | Ok _, Ok _ -> ()
