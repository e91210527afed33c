// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QObject>

// Tells when nobody reads the pipe any more that stdout is: who waits for messages would find out
// with the next one only. Says nothing of a stdout of another kind. Main thread.
class StdoutWatch : public QObject
{
    Q_OBJECT
public:
    StdoutWatch();
    ~StdoutWatch() override;

Q_SIGNALS:
    void closed(); // once

private:
    void stop();

    bool m_isWatching = false;
};
