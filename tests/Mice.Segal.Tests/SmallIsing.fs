/// A small Ising model, and a network for it that has learned nothing.
module Mice.Segal.Tests.SmallIsing

open Mice
open Mice.Samplers
open Mice.Segal

let run = { Run.quiet with Threads = 2 }
let model = IsingModel.square 4 2.0
let system = SemiGrandSystem.ising model |> ok

let range: ConditionRange =
    {
        Temperature = 1.5, 3.5
        Field = -0.4, 0.4
    }

let network =
    SegalNetwork.create (Key.ofSeed 1UL) SegalNetwork.form range system |> ok

let at t b : Conditions = { Temperature = t; Field = b }
