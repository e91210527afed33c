// SPDX-License-Identifier: BSD-3-Clause
#include "support/certificates.h"

#include <QProcess>

namespace QombuTest {

bool Certificates::make()
{
    QProcess script;
    script.setProcessChannelMode(QProcess::MergedChannels);
    script.start(QStringLiteral(QOMBU_MAKE_CERTIFICATES), {m_folder.path()});
    const bool isDone = script.waitForFinished(60'000);
    if (!isDone || script.exitCode() != 0)
        m_errorText =
            script.errorString() + QLatin1Char('\n') + QString::fromUtf8(script.readAll());
    return m_errorText.isEmpty();
}

} // namespace QombuTest
