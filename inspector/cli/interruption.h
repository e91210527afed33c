// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <QObject>

// Turns SIGINT, SIGTERM and SIGHUP into a signal of Qt's kind, but for those that whoever started
// the program ignores. One at a time; the second SIGINT kills.
class Interruption : public QObject
{
    Q_OBJECT
public:
    Interruption();
    ~Interruption() override;

Q_SIGNALS:
    void occurred();

private:
    int m_reader = -1;
};
