module Mice.Segal.Tests.Program

[<EntryPoint>]
let main arguments = Expecting.run arguments
