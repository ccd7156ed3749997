module Mice.Plots.Tests.Program

[<EntryPoint>]
let main arguments = Expecting.run arguments
