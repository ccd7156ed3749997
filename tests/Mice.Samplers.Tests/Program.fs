module Mice.Samplers.Tests.Program

[<EntryPoint>]
let main arguments = Expecting.run arguments
