// SPDX-License-Identifier: BSD-3-Clause
#include "answer.h"

#include "text.h"

void printAnswer(Session &session, const Answer &answer)
{
    Output &output = session.output();
    const bool printed =
        (output.isJson() ? output.object(answer.object) : output.line(answer.sentence.toUtf8()))
        && output.flush();
    if (printed)
        session.finish(ExitCode::Done);
    else
        session.finish(ExitCode::Failed,
                       Text::tr("Done, but stdout cannot be written to (%1). %2")
                           .arg(output.failure(), answer.sentence));
}
