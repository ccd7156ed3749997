module Mice.Learning.Tests.Program

[<EntryPoint>]
let main arguments = Expecting.run arguments
