// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include "broker/writegate.h"

#include <QtWidgets/qdialog.h>

class QComboBox;
class QLineEdit;
class QPushButton;

namespace Qombu::Inspector {
class PlainLabel;

// Asks which broker to open. The password is asked for each time and kept nowhere but in the
// connection.
class OpenBrokerDialog : public QDialog
{
    Q_OBJECT
public:
    explicit OpenBrokerDialog(const QStringList &recentUrls, QWidget *parent = nullptr);

    void setUrl(const QString &urlWithoutPassword, Environment environment);
    void askForPassword(const QString &reason);

    BrokerUrl url() const; // with the password
    Environment environment() const;

private:
    void check();

    QComboBox *m_url;
    QLineEdit *m_password;
    QComboBox *m_environment;
    PlainLabel *m_message;
    QPushButton *m_open;
};

} // namespace Qombu::Inspector
