module Mice.Rsmi.Tests.Program

[<EntryPoint>]
let main arguments = Expecting.run arguments
